import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll, describe, expect, it } from '@jest/globals';

const bench = join(import.meta.dirname, '../../bench');
const scratch = mkdtempSync(join(tmpdir(), 'bench-rebuild-'));
afterAll(() => rmSync(scratch, { recursive: true }));

describe('a benchmark', () => {
  it('that is interrupted leaves no folder and no runtime behind', async () => {
    const child = spawn(process.execPath, [join(bench, 'rebuild.ts'), '--orders', '500'], {
      env: { PATH: process.env.PATH, TMPDIR: scratch },
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    createInterface({ input: child.stderr }).once('line', () => child.kill('SIGINT')); // as it begins to place orders
    expect(await once(child, 'exit')).toEqual([130, null]);
    expect(readdirSync(scratch)).toEqual([]);
  }, 60_000);

  it.each(['bench.ts', 'rebuild.ts'])('exits with 2 where its flags can’t be understood (%s)', (name) =>
    expect(spawnSync(process.execPath, [join(bench, name), '--fast'], { encoding: 'utf8' })).toMatchObject({
      status: 2,
      stderr: expect.stringContaining("Unknown option '--fast'"),
    }),
  );
});

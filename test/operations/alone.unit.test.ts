import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from '@jest/globals';
import { alone } from '../../operations/alone.ts';
import { Stopped } from '../../operations/command.ts';

const scratch = mkdtempSync(join(tmpdir(), 'alone-'));
afterAll(() => rmSync(scratch, { recursive: true }));

describe('work with a journal', () => {
  const folder = join(scratch, 'rebuilds', 'orders');

  it('is begun once at a time, and again once the first is over, however it ended', async () => {
    const failing = alone(folder, async () => {
      await expect(alone(folder, async () => 'second')).rejects.toThrow(Stopped);
      await expect(alone(join(scratch, 'rebuilds', 'invoices'), async () => 'other')).resolves.toBe('other');
      throw new Error('no network');
    });
    await expect(failing).rejects.toThrow('no network');
    await expect(alone(folder, async () => 'later')).resolves.toBe('later');
  });

  it('is refused while another process has it under way, until that is done or killed', async () => {
    const holder = join(scratch, 'holder.mjs');
    const module = JSON.stringify(new URL('../../operations/alone.ts', import.meta.url).href);
    const held = `alone(${JSON.stringify(folder)}, async () => { process.send('held'); await new Promise(() => {}); })`;
    writeFileSync(holder, `import { alone } from ${module};\nsetInterval(() => {}, 1_000);\nawait ${held};\n`);
    const child = fork(holder, { execArgv: [] });
    await once(child, 'message');
    await expect(alone(folder, async () => 'mine')).rejects.toThrow('is under way in another terminal');
    child.kill('SIGKILL');
    await once(child, 'exit');
    await expect(alone(folder, async () => 'mine')).resolves.toBe('mine');
  });
});

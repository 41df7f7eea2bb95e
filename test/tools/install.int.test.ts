import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';

const install = join(import.meta.dirname, '../../tools/install.js');

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'install-'));
  write('package.json', JSON.stringify({ dependencies: { zod: '4' }, devDependencies: { '@aws-sdk/a': '3' } }));
  write('package-lock.json', '{}');
  write(
    'bin/npm',
    `#!/bin/sh\necho "$@" >> calls; mkdir -p node_modules/zod node_modules/@aws-sdk/a node_modules/.bin
touch node_modules/.package-lock.json; ln -sf "\${NODE_OF_PACKAGE:-${process.execPath}}" node_modules/.bin/node`,
  );
  chmodSync(join(folder, 'bin/npm'), 0o755);
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const write = (name: string, content: string): void => {
  mkdirSync(join(folder, name, '..'), { recursive: true });
  writeFileSync(join(folder, name), content);
};
const run = (variables: Record<string, string> = {}) =>
  spawnSync(process.execPath, [install], {
    cwd: folder,
    env: { ...process.env, ...variables, PATH: `${join(folder, 'bin')}:${process.env.PATH}` },
    encoding: 'utf8',
  });
const calls = (): string[] =>
  existsSync(join(folder, 'calls')) ? readFileSync(join(folder, 'calls'), 'utf8').trim().split('\n') : [];

describe('what runs before every script', () => {
  it('installs once, and says so', () => {
    expect(run()).toMatchObject({ status: 0, stderr: 'installing dependencies (npm ci) … done\n' });
    expect(run()).toMatchObject({ status: 0, stderr: '' });
    expect(calls()).toHaveLength(1);
  });

  it('installs all of it, also where npm is set to leave something out, as by NODE_ENV=production', () => {
    run();
    expect(calls()[0]).toContain('--include=dev --include=optional');
  });

  it("leaves the way to the machine's own Node free where the one from npm can't run, as on Alpine", () => {
    write('node', '#!/lib64/ld-linux-x86-64.so.nowhere\n');
    chmodSync(join(folder, 'node'), 0o755);
    expect(run({ NODE_OF_PACKAGE: join(folder, 'node') })).toMatchObject({ status: 0 });
    expect(existsSync(join(folder, 'node_modules/.bin/node'))).toBe(false);
    expect(run()).toMatchObject({ status: 0, stderr: '' });
  });

  it('installs again where a package is missing that somebody left out', () => {
    run();
    rmSync(join(folder, 'node_modules/@aws-sdk/a'), { recursive: true });
    run();
    expect(calls()).toHaveLength(2);
  });
});

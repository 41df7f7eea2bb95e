import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from '@jest/globals';
import { readLocalFiles, writeLocalFiles } from '../../local/local-files.ts';
import { StartError } from '../../local/start-error.ts';
import type { LocalStack } from '../../local/start-local.ts';

const folder = mkdtempSync(join(tmpdir(), 'local-files-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

it.each(['', '{"Probe":{"ApiUrl"', 'null'])('outputs that read %j are named as damaged', (text) => {
  const file = join(folder, 'outputs.json');
  writeFileSync(file, text);
  expect(() => readLocalFiles(folder)).toThrow(StartError);
  expect(() => readLocalFiles(folder)).toThrow(`${file} is damaged: npm start and npm run deploy write it anew`);
});

it('files of somebody else are named, whether they are read or written', () => {
  for (const name of ['outputs.json', 'env']) writeFileSync(join(folder, name), '{}');
  chmodSync(folder, 0o555);
  chmodSync(join(folder, 'outputs.json'), 0o444);
  chmodSync(join(folder, 'env'), 0o000);
  const stack = { stackName: 'Probe', outputs: {}, environment: {} } as LocalStack;
  asNobody(() => {
    expect(() => readLocalFiles(folder)).toThrow(`${join(folder, 'env')} can't be used: it belongs to somebody else`);
    expect(() => writeLocalFiles(folder, stack)).toThrow(`${join(folder, 'outputs.json')} can't be used: it belongs`);
  });
  chmodSync(folder, 0o755);
});

/** Root may read and write whatever the mode says. */
const asNobody = (work: () => void): void => {
  const isRoot = process.geteuid?.() === 0;
  if (isRoot) process.seteuid?.(65_534);
  try {
    work();
  } finally {
    if (isRoot) process.seteuid?.(0);
  }
};

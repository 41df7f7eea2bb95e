import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from '@jest/globals';
import { readLocalFiles } from '../../local/local-files.ts';
import { StartError } from '../../local/start-error.ts';

const folder = mkdtempSync(join(tmpdir(), 'local-files-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

it.each(['', '{"Probe":{"ApiUrl"', 'null'])('outputs that read %j are named as damaged', (text) => {
  const file = join(folder, 'outputs.json');
  writeFileSync(file, text);
  expect(() => readLocalFiles(folder)).toThrow(StartError);
  expect(() => readLocalFiles(folder)).toThrow(`${file} is damaged: npm start and npm run deploy write it anew`);
});

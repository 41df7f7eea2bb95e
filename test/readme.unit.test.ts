import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { templateWith } from './support/synth.ts';

const root = join(import.meta.dirname, '..');
const readme = readFileSync(join(root, 'README.md'), 'utf8');
const lines = readme.split('\n');
const all = (pattern: RegExp) => [...readme.matchAll(pattern)].map(([, found = '']) => found);

describe('the README', () => {
  it('links to files that are there, and to headings of its own', () => {
    const targets = all(/\]\(([^)\s]+)\)/g).filter((target) => !target.startsWith('https://'));
    const headings = lines
      .filter((line) => line.startsWith('#'))
      .map((line) => `#${line.replace(/^#+ /, '').toLowerCase().replaceAll(' ', '-')}`);
    const missing = targets.filter((target) =>
      target.startsWith('#') ? !headings.includes(target) : !existsSync(join(root, target)),
    );
    expect(missing).toEqual([]);
  });

  it('names only npm scripts that are there', () => {
    const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
    expect(all(/npm run (?:--silent )?(\w[\w:-]*)/g).filter((name) => !(name in scripts))).toEqual([]);
  });

  it('says everything once: no heading and no table stands in it twice', () => {
    const headings = lines.filter((line) => line.startsWith('#'));
    const heads = lines.filter((line, index) => line.startsWith('|') && lines[index + 1]?.startsWith('| --'));
    const named = heads.map((line) => line.replace(/\s+/g, ' ')).filter((head) => !head.startsWith('| |'));
    for (const each of [headings, named]) expect(each).toEqual([...new Set(each)]);
  });

  it('names every output of the stack', () => {
    const outputs = Object.keys(templateWith({ batchingComparison: 'true' }).toJSON().Outputs);
    expect(outputs.filter((name) => !readme.includes(`\`${name}\``))).toEqual([]);
  });
});

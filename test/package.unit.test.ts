import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';

const { scripts } = JSON.parse(readFileSync(join(import.meta.dirname, '../package.json'), 'utf8')) as {
  scripts: Record<string, string>;
};

describe('the npm scripts', () => {
  it('each install what is missing first, so that a fresh clone can begin with any of them', () => {
    const own = Object.keys(scripts).filter((name) => !/^(pre|post)/.test(name));
    expect(own.filter((name) => scripts[`pre${name}`] !== 'node tools/install.js')).toEqual([]);
  });

  it('let what readers use follow the stream again after a deployment', () =>
    expect(scripts.postdeploy).toBe(scripts['enable-live']));
});

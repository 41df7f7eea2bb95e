import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeEach, describe, expect, it } from '@jest/globals';
import { synthesize } from '../../local/synthesize.ts';

/** Writes what a CDK app writes, and keeps its context and environment in the template. */
const app = `
  import { mkdirSync, writeFileSync } from 'node:fs';
  import { join } from 'node:path';
  import { word } from '../lib/word.ts';
  const { CDK_OUTDIR: out, CDK_CONTEXT_JSON: context, CDK_DEFAULT_REGION: region } = process.env;
  const { fail, exit, mistake, refuse, ...rest } = JSON.parse(context ?? '{}');
  console.error('thinking');
  if (fail) throw new Error('-c fail=' + fail + ': must be left out');
  if (exit) { console.log('no way'); process.exit(Number(exit)); }
  if (mistake) (undefined as any).x();
  mkdirSync(join(out!, 'asset.ab12'), { recursive: true });
  const metadata = refuse ? { '/Probe': [{ type: 'aws:cdk:error', data: refuse }] } : {};
  const artifacts = { Probe: { type: 'aws:cloudformation:stack', properties: { templateFile: 't.json' }, metadata } };
  writeFileSync(join(out!, 't.json'), JSON.stringify({ Resources: {}, context: rest, region, word }));
  writeFileSync(join(out!, 'Probe.assets.json'), JSON.stringify({ files: { ab12: { source: { path: 'asset.ab12' } } } }));
  writeFileSync(join(out!, 'manifest.json'), JSON.stringify({ artifacts }));
`;

const root = mkdtempSync(join(tmpdir(), 'probe-app-'));
const output = join(root, '.local/assembly');
afterAll(() => rmSync(root, { recursive: true, force: true }));
const write = (path: string, content: string): void => {
  mkdirSync(join(root, path, '..'), { recursive: true });
  writeFileSync(join(root, path), content);
};
beforeEach(() => {
  rmSync(output, { recursive: true, force: true });
  write('cdk.json', JSON.stringify({ app: 'node bin/app.ts', context: { flag: true, level: 'own' } }));
  write('bin/app.ts', app);
  write('lib/word.ts', `export const word: string = 'one';`);
});

/** Synthesizes and says whether the app ran. */
const ran = async (context: Record<string, string> = {}): Promise<boolean> => {
  let started = false;
  const onStart = () => {
    started = true;
  };
  await synthesize({ root, output, context, onStart });
  return started;
};
const template = () => JSON.parse(readFileSync(join(output, 't.json'), 'utf8'));

describe('synthesis', () => {
  it('gives the app its context, that of the command line first', async () => {
    expect(await ran({ level: 'given', 'a:b': '' })).toBe(true);
    expect(template()).toEqual({
      Resources: {},
      context: { flag: true, level: 'given', 'a:b': '' },
      region: 'us-east-1',
      word: 'one',
    });
  });

  it('runs the app again when a source or the context has changed, and only then', async () => {
    expect(await ran()).toBe(true);
    expect(await ran()).toBe(false);
    write('lib/word.ts', `export const word: string = 'two';`);
    expect(await ran()).toBe(true);
    expect(template().word).toBe('two');
    write('lambda/deep/new.ts', '');
    expect(await ran()).toBe(true);
    rmSync(join(root, 'lambda'), { recursive: true });
    expect(await ran()).toBe(true);
    write('notes/unrelated.md', 'x');
    expect(await ran()).toBe(false);
    expect(await ran({ level: 'x' })).toBe(true);
    expect(await ran()).toBe(true);
  });

  it('runs the app again after it failed, though nothing has changed', async () => {
    await ran();
    for (let time = 0; time < 2; time += 1) {
      await expect(ran({ fail: 'yes' })).rejects.toThrow(
        /^the app could not be synthesized: -c fail=yes: must be left out$/,
      );
    }
    expect(await ran()).toBe(true);
  });

  it.each<[string, Record<string, string>, RegExp]>([
    ['what the app printed before it exited', { exit: '3' }, /\(exit code 3\)\n[\s\S]*no way/],
    ['where the mistake is in its code', { mistake: '1' }, /TypeError: [\s\S]*bin\/app\.ts:/],
    ['what the app says is wrong', { refuse: 'too small' }, /refuses to be synthesized:\nProbe: too small$/],
  ])('fails with %s', async (_, context, message) => {
    await expect(ran(context)).rejects.toThrow(message);
  });

  it('keeps what younger runs may still be reading and removes what is a day old', async () => {
    const assets = ['asset.ab12', 'asset.0ld0', 'asset.cd34'].map((name) => join(output, name));
    for (const asset of assets) mkdirSync(asset, { recursive: true });
    for (const asset of assets.slice(0, 2)) utimesSync(asset, 1_000, 1_000);
    await ran();
    expect(assets.map((asset) => existsSync(asset))).toEqual([true, false, true]);
  });

  it.each([
    ['{', /cdk\.json can't be read as JSON/],
    ['{}', /the app must be of the form `node <file>`, not undefined/],
    ['{"app":"npx ts-node x.ts"}', /must be of the form `node <file>`, not "npx ts-node x\.ts"/],
  ])('refuses the cdk.json %j', async (content, message) => {
    write('cdk.json', content);
    await expect(ran()).rejects.toThrow(message);
  });

  it('names the folder that it cannot make', async () => {
    write('file', '');
    const beneath = join(root, 'file', 'assembly');
    await expect(synthesize({ root, output: beneath, context: {} })).rejects.toMatchObject({
      name: 'StartError',
      message: expect.stringContaining(`${beneath} can't be used: a file stands where a folder is needed`),
    });
  });

  it('says where a cdk.json is missing', async () => {
    await expect(synthesize({ root: join(root, 'lib'), output, context: {} })).rejects.toThrow(/lib has no cdk\.json/);
  });
});

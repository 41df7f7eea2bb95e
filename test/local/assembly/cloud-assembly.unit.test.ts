import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { readAssembly } from '../../../local/assembly/cloud-assembly.ts';
import { writeAssembly } from '../../support/assembly.ts';

const assembly = () => writeAssembly({ Resources: {} }, { code: { 'index.js': 'x' } });

const changed = (change: (manifest: { artifacts: Record<string, unknown> }) => void): string => {
  const directory = assembly();
  const file = join(directory, 'manifest.json');
  const manifest = JSON.parse(readFileSync(file, 'utf8'));
  change(manifest);
  writeFileSync(file, JSON.stringify(manifest));
  return directory;
};
const stack = { type: 'aws:cloudformation:stack', properties: { templateFile: 'Probe.template.json' } };

describe('a cloud assembly', () => {
  it('gives the one stack and the directory behind each asset key', () => {
    const directory = assembly();
    const { stackName, template, assetDir, warnings } = readAssembly(directory);
    expect({ stackName, template, warnings }).toEqual({
      stackName: 'Probe',
      template: { Resources: {} },
      warnings: [],
    });
    expect(assetDir('code.zip')).toBe(join(directory, 'asset.code'));
  });

  it('takes the name of the stack before the name of its artifact', () => {
    const named = { ...stack, properties: { ...stack.properties, stackName: 'Orders' } };
    expect(readAssembly(changed(({ artifacts }) => Object.assign(artifacts, { Probe: named }))).stackName).toBe(
      'Orders',
    );
  });

  it('tells the warnings and the errors of the app, whether they lie in the manifest or beside it', () => {
    const directory = changed(({ artifacts }) =>
      Object.assign(artifacts, {
        Probe: {
          ...stack,
          metadata: { '/Probe/Api': [{ type: 'aws:cdk:warning', data: 'open to all [ack: x:y]' }] },
          additionalMetadataFile: 'more.json',
        },
      }),
    );
    writeFileSync(join(directory, 'more.json'), '{"/Probe":[{"type":"aws:cdk:error","data":"no"},{"type":"other"}]}');
    const { warnings, errors } = readAssembly(directory);
    expect({ warnings, errors }).toEqual({ warnings: ['Probe/Api: open to all'], errors: ['Probe: no'] });
  });

  it.each<[string, (directory: string) => void, RegExp]>([
    ['no manifest', (d) => rmSync(join(d, 'manifest.json')), /^\S+ is no cloud assembly: it has no manifest\.json/],
    ['a manifest that is no JSON', (d) => writeFileSync(join(d, 'manifest.json'), '{'), /manifest\.json can't be read/],
    ['a manifest that is a list', (d) => writeFileSync(join(d, 'manifest.json'), '[]'), /manifest\.json holds no JSON/],
    ['no template', (d) => rmSync(join(d, 'Probe.template.json')), /Probe\.template\.json can't be read/],
    [
      'no resources',
      (d) => writeFileSync(join(d, 'Probe.template.json'), '{}'),
      /Probe\.template\.json has no Resources/,
    ],
    ['no asset manifest', (d) => rmSync(join(d, 'Probe.assets.json')), /Probe\.assets\.json can't be read/],
  ])('with %s is refused by its path', (_, damage, message) => {
    const directory = assembly();
    damage(directory);
    expect(() => readAssembly(directory)).toThrow(message);
    expect(() => readAssembly(directory)).toThrow(directory);
  });

  it('of several stacks is refused, naming them', () =>
    expect(() => readAssembly(changed(({ artifacts }) => Object.assign(artifacts, { Other: stack })))).toThrow(
      /holds 2 stacks \(Probe, Other\); one is run$/,
    ));

  it('without a stack is refused, naming the stages that it has', () => {
    const stage = { type: 'cdk:cloud-assembly', properties: { directoryName: 'assembly-Prod' } };
    const directory = changed((manifest) => {
      manifest.artifacts = { Prod: stage };
    });
    expect(() => readAssembly(directory)).toThrow(/holds no stack of its own; its stages lie in assembly-Prod$/);
  });

  it('that waits for look-ups in an account is refused, naming them', () => {
    const directory = changed((manifest) => Object.assign(manifest, { missing: [{ key: 'vpc-provider:x' }] }));
    expect(() => readAssembly(directory)).toThrow(/needs look-ups in an account, .*: vpc-provider:x$/);
  });

  it('names the asset that is not staged, or not a directory', () => {
    const directory = assembly();
    const { assetDir } = readAssembly(directory);
    expect(() => assetDir('other.zip')).toThrow(/stages no asset under the key other\.zip$/);
    expect(() => assetDir('template.json')).toThrow(/should lie in the directory .*Probe\.template\.json/);
    rmSync(join(directory, 'asset.code'), { recursive: true });
    expect(() => assetDir('code.zip')).toThrow(/should lie in the directory .*asset\.code, which is not there$/);
    mkdirSync(join(directory, 'asset.code'));
    expect(assetDir('code.zip')).toBe(join(directory, 'asset.code'));
  });
});

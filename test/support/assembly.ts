import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll } from '@jest/globals';

/** The sections of a CloudFormation template that a test writes; the values are as in any template. */
export interface ProbeTemplate {
  Resources: Record<string, ProbeResource>;
  Outputs?: Record<string, { Value: unknown; Condition?: string }>;
  Parameters?: Record<string, unknown>;
  Conditions?: Record<string, unknown>;
  Mappings?: Record<string, unknown>;
  Metadata?: Record<string, unknown>;
}

export interface ProbeResource {
  Type: string;
  Properties?: Record<string, unknown>;
  DependsOn?: string | string[];
  Condition?: string;
}

const written: string[] = [];

afterAll(() => {
  for (const directory of written.splice(0)) rmSync(directory, { recursive: true, force: true });
});

/**
 * Writes a cloud assembly as `cdk synth` does and returns its directory, which goes when the test file is done.
 * `assets` maps an asset's name to its files; a function of the template takes it by
 * `Code: { S3Bucket: 'x', S3Key: '<name>.zip' }`.
 */
export const writeAssembly = (
  template: ProbeTemplate,
  assets: Record<string, Record<string, string>> = {},
  stackName = 'Probe',
  region = 'unknown-region',
): string => {
  const directory = mkdtempSync(join(tmpdir(), 'probe-assembly-'));
  written.push(directory);
  const files = Object.entries(assets).map(([name, sources]) => {
    for (const [path, source] of Object.entries(sources)) {
      const file = join(directory, `asset.${name}`, path);
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, source);
    }
    return [name, assetEntry(`asset.${name}`, 'zip', `${name}.zip`)];
  });
  const templateFile = `${stackName}.template.json`;
  const assetFile = `${stackName}.assets.json`;
  files.push(['template', assetEntry(templateFile, 'file', 'template.json')]);
  const manifest = {
    version: '55.0.0',
    artifacts: {
      [`${stackName}.assets`]: { type: 'cdk:asset-manifest', properties: { file: assetFile } },
      [stackName]: {
        type: 'aws:cloudformation:stack',
        environment: `aws://unknown-account/${region}`,
        properties: { templateFile },
        dependencies: [`${stackName}.assets`],
        displayName: stackName,
      },
    },
  };
  writeJson(join(directory, templateFile), template);
  writeJson(join(directory, assetFile), { version: '55.0.0', files: Object.fromEntries(files), dockerImages: {} });
  writeJson(join(directory, 'manifest.json'), manifest);
  return directory;
};

const assetEntry = (path: string, packaging: 'zip' | 'file', objectKey: string) => ({
  source: { path, packaging },
  destinations: { 'current_account-current_region': { bucketName: 'assets', objectKey } },
});

const writeJson = (file: string, content: unknown): void => writeFileSync(file, JSON.stringify(content, undefined, 1));

import { existsSync, readFileSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { StartError } from '../start-error.ts';
import type { Template } from './template.ts';

/** A cloud assembly of one stack, as `cdk synth` writes it. */
export interface CloudAssembly {
  readonly stackName: string;
  /** Where the stack is meant to be; undefined where it may be anywhere. */
  readonly region: string | undefined;
  readonly template: Template;
  /** What the app warned of while it was synthesized, one text each. */
  readonly warnings: readonly string[];
  /** What the app said is wrong with it; `cdk deploy` refuses such an assembly. */
  readonly errors: readonly string[];
  /** The directory that was staged under an object key of the template (`<hash>.zip`). Throws where there is none. */
  assetDir(s3Key: string): string;
}

interface Manifest {
  /** What the app asked of an account, so that the values in the template are stand-ins. */
  readonly missing?: readonly { readonly key: string }[];
  readonly artifacts?: Readonly<Record<string, Artifact>>;
}

interface Artifact {
  readonly type: string;
  /** `aws://<account>/<region>` */
  readonly environment?: string;
  readonly properties?: { templateFile?: string; stackName?: string; file?: string; directoryName?: string };
  readonly dependencies?: readonly string[];
  readonly metadata?: Metadata;
  readonly additionalMetadataFile?: string;
}

type Metadata = Readonly<Record<string, readonly { type: string; data?: unknown }[]>>;

interface AssetManifest {
  readonly files?: Readonly<
    Record<string, { source: { path?: string }; destinations: Record<string, { objectKey: string }> }>
  >;
}

/**
 * Reads the assembly in `directory`. Throws a `StartError` that names the path where it isn't one,
 * or holds several stacks.
 */
export const readAssembly = (directory: string): CloudAssembly => {
  const root = resolve(directory);
  const manifestFile = join(root, 'manifest.json');
  if (!existsSync(manifestFile)) {
    throw new StartError(`${root} is no cloud assembly: it has no manifest.json (\`cdk synth\` writes one)`);
  }
  const manifest = readJson<Manifest>(manifestFile);
  if (manifest.missing?.length) {
    const keys = manifest.missing.map(({ key }) => key).join(', ');
    throw new StartError(
      `${root} needs look-ups in an account, which \`cdk synth\` keeps in cdk.context.json: ${keys}`,
    );
  }
  const artifacts = Object.entries(manifest.artifacts ?? {});
  const stacks = artifacts.filter(([, artifact]) => artifact.type === 'aws:cloudformation:stack');
  const [only, ...others] = stacks;
  if (!only) throw new StartError(`${root} holds no stack${hintAtStages(artifacts)}`);
  if (others.length > 0) {
    throw new StartError(`${root} holds ${stacks.length} stacks (${stacks.map(([id]) => id).join(', ')}); one is run`);
  }
  const [id, stack] = only;
  const templateFile = stack.properties?.templateFile;
  if (!templateFile) throw new StartError(`${manifestFile} names no templateFile for the stack ${id}`);
  const template = readJson<Template>(join(root, templateFile));
  if (!isObject(template.Resources)) throw new StartError(`${join(root, templateFile)} has no Resources`);
  const metadata = { ...stack.metadata, ...readAdditionalMetadata(root, stack) };
  return {
    stackName: stack.properties?.stackName ?? id,
    region: regionOf(stack),
    template,
    warnings: annotations(metadata, 'aws:cdk:warning'),
    errors: annotations(metadata, 'aws:cdk:error'),
    assetDir: assetDirs(root, artifacts),
  };
};

const regionOf = ({ environment = '' }: Artifact): string | undefined => {
  const region = environment.split('/').at(-1);
  return region && region !== 'unknown-region' ? region : undefined;
};

const assetDirs = (root: string, artifacts: readonly [string, Artifact][]): CloudAssembly['assetDir'] => {
  const directories = new Map<string, string>();
  for (const [, artifact] of artifacts) {
    if (artifact.type !== 'cdk:asset-manifest' || !artifact.properties?.file) continue;
    const { files = {} } = readJson<AssetManifest>(join(root, artifact.properties.file));
    for (const { source, destinations } of Object.values(files)) {
      if (!source.path) continue;
      for (const { objectKey } of Object.values(destinations)) directories.set(objectKey, join(root, source.path));
    }
  }
  return (s3Key) => {
    const directory = directories.get(s3Key);
    if (!directory) throw new StartError(`${root} stages no asset under the key ${s3Key}`);
    if (!statSync(directory, { throwIfNoEntry: false })?.isDirectory()) {
      throw new StartError(`the asset ${s3Key} should lie in the directory ${directory}, which is not there`);
    }
    return directory;
  };
};

const hintAtStages = (artifacts: readonly [string, Artifact][]): string => {
  const stages = artifacts.flatMap(([, { type, properties }]) =>
    type === 'cdk:cloud-assembly' && properties?.directoryName ? [properties.directoryName] : [],
  );
  return stages.length === 0 ? '' : ` of its own; its stages lie in ${stages.join(', ')}`;
};

const readAdditionalMetadata = (root: string, stack: Artifact): Metadata => {
  const file = stack.additionalMetadataFile && join(root, stack.additionalMetadataFile);
  return file && existsSync(file) ? readJson<Metadata>(file) : {};
};

const annotations = (metadata: Metadata, type: string): string[] =>
  Object.entries(metadata).flatMap(([path, entries]) =>
    entries
      .filter((entry) => entry.type === type)
      .map((entry) => `${path.slice(1)}: ${withoutAck(String(entry.data))}`),
  );

/** The CDK appends the id under which its own command lets a warning be acknowledged. */
const withoutAck = (text: string): string => text.replace(/ \[ack: [^\]]*\]$/, '');

const readJson = <Content extends object>(file: string): Content => {
  let content: unknown;
  try {
    content = JSON.parse(readFileSync(file, 'utf8'));
  } catch (error) {
    throw new StartError(`${file} can't be read as JSON: ${(error as Error).message}`);
  }
  if (!isObject(content)) throw new StartError(`${file} holds no JSON object`);
  return content as Content;
};

const isObject = (value: unknown): value is object =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

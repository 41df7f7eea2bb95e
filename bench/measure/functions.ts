import { execFile } from 'node:child_process';
import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { readAssembly } from '../../local/assembly/cloud-assembly.ts';
import { ownEnvironment, track } from '../processes.ts';
import { median } from '../statistics.ts';

/** What a function of ours weighs before it has done anything. */
export interface FunctionWeight {
  readonly name: string;
  /** AWS clients that it needs: one for each service whose stores or streams it is told of. */
  readonly clients: number;
  readonly bundleKilobytes: number;
  /** Median over fresh processes of the time that loading the bundle takes. */
  readonly importMs: number;
}

interface FunctionProperties {
  readonly Code: { readonly S3Key?: string };
  readonly Description?: string;
  readonly Environment?: { readonly Variables: Readonly<Record<string, unknown>> };
}

/** Weighs every function of the assembly that was bundled from `lambda/`. */
export async function measureFunctions(assemblyDir: string, processes: number): Promise<FunctionWeight[]> {
  const assembly = readAssembly(assemblyDir);
  const weights: FunctionWeight[] = [];
  for (const { Type, Properties } of Object.values(assembly.template.Resources)) {
    if (Type !== 'AWS::Lambda::Function') continue;
    const { Code, Description = '', Environment } = Properties as unknown as FunctionProperties;
    const bundle = join(assembly.assetDir(String(Code.S3Key)), 'handler.cjs');
    if (!existsSync(bundle)) continue; // the CDK's own helpers
    const variables = Object.keys(Environment?.Variables ?? {});
    const importsMs: number[] = [];
    for (let count = 0; count < processes; count++) importsMs.push(await importOnce(bundle, variables));
    weights.push({
      name: Description,
      clients: clientsFor(variables),
      bundleKilobytes: statSync(bundle).size / 1_000,
      importMs: median(importsMs),
    });
  }
  return weights;
}

/** How many services hold what these variables name. */
export const clientsFor = (variables: readonly string[]): number =>
  new Set(variables.map((variable) => /_(STREAM|TABLE|BUCKET)$/.exec(variable)?.[1]).filter(Boolean)).size;

const script = `
  const start = performance.now();
  require(process.argv[1]);
  process.stdout.write(String(performance.now() - start), () => process.exit());
`;

/** Loads the bundle in a fresh process, with some value in each variable that it will look for. */
async function importOnce(bundle: string, variables: readonly string[]): Promise<number> {
  const environment = Object.fromEntries(variables.map((variable) => [variable, '900']));
  const loading = promisify(execFile)(process.execPath, ['--eval', script, bundle], {
    env: { ...ownEnvironment(), ...environment, AWS_REGION: 'us-east-1', NODE_ENV: 'production' },
  });
  track(loading.child, 'SIGKILL');
  return Number((await loading).stdout);
}

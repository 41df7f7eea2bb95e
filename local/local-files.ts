import { chmodSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { servedHere } from './earlier-start.ts';
import { fileMode, folderMode } from './private-file.ts';
import { asStartError, StartError } from './start-error.ts';
import type { LocalStack } from './start-local.ts';

/**
 * Writes into `directory` what clients of a running stack read: `outputs.json` as `cdk deploy --outputs-file` does,
 * `env` for a shell to source, `api-key`. All are their owner's only: two hold a secret. Throws a `StartError` that
 * names the file which can't be written.
 */
export const writeLocalFiles = (directory: string, stack: LocalStack): void =>
  namingFiles(() => writeAll(directory, stack));

const writeAll = (directory: string, stack: LocalStack): void => {
  mkdirSync(directory, { recursive: true, mode: folderMode });
  const outputs = { [stack.stackName]: stack.outputs };
  writePrivately(join(directory, 'outputs.json'), `${JSON.stringify(outputs, undefined, 2)}\n`);
  const variables = {
    ...stack.environment,
    LOCAL_METRICS_URL: stack.metricsUrl,
    LOCAL_ENDPOINTS: servedHere(stack.environment, process.env),
  };
  const lines = Object.entries(variables).map(([name, value]) => `export ${name}='${value}'\n`);
  writePrivately(join(directory, 'env'), lines.join(''));
  const keyFile = join(directory, 'api-key');
  if (stack.apiKey === undefined) rmSync(keyFile, { force: true });
  else writePrivately(keyFile, `${stack.apiKey}\n`);
};

/** What a running stack wrote for its clients; in an account, `outputs` is what `cdk deploy --outputs-file` wrote. */
export interface LocalFiles {
  readonly outputs: Readonly<Record<string, string>>;
  /** Empty where only a deployment wrote its outputs. */
  readonly environment: Readonly<Record<string, string>>;
  readonly apiKey?: string;
}

/** There is nothing to talk to. */
export class NoRuntime extends Error {
  override readonly name = 'NoRuntime';
  constructor() {
    super('no runtime is running here: start one in another terminal, by npm start');
  }
}

/**
 * Reads what `writeLocalFiles` wrote; whether it still runs, a call tells. Throws `NoRuntime` where nothing lies there,
 * and a `StartError` that names the file which can't be read.
 */
export const readLocalFiles = (directory: string): LocalFiles => {
  const read = (name: string): string | undefined => {
    const file = join(directory, name);
    return existsSync(file) ? namingFiles(() => readFileSync(file, 'utf8').trim()) : undefined;
  };
  const [outputs, environment = '', apiKey] = ['outputs.json', 'env', 'api-key'].map(read);
  if (outputs === undefined) throw new NoRuntime();
  const variables = [...environment.matchAll(/^export (\w+)='([^'\n]*)'$/gm)];
  return {
    outputs: outputsIn(join(directory, 'outputs.json'), outputs),
    environment: Object.fromEntries(variables.map(([, name = '', value = '']) => [name, value])),
    ...(apiKey !== undefined && { apiKey }),
  };
};

const outputsIn = (file: string, text: string): Record<string, string> => {
  try {
    return Object.assign({}, ...Object.values(JSON.parse(text) as Record<string, Record<string, string>>));
  } catch (error) {
    throw new StartError(
      `${file} is damaged: npm start and npm run deploy write it anew (${(error as Error).message})`,
    );
  }
};

const namingFiles = <Result>(work: () => Result): Result => {
  try {
    return work();
  } catch (error) {
    throw asStartError(error);
  }
};

const writePrivately = (file: string, content: string): void => {
  writeFileSync(file, content, { mode: fileMode });
  chmodSync(file, fileMode); // the mode above counts for a new file only
};

import { chmodSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { LocalStack } from './start-local.ts';

/**
 * Writes into `directory` what clients of a running stack read: `outputs.json` as `cdk deploy --outputs-file` does,
 * `env` for a shell to source, `api-key`. Both files with a secret are their owner's only.
 */
export const writeLocalFiles = (directory: string, stack: LocalStack): void => {
  mkdirSync(directory, { recursive: true });
  const outputs = { [stack.stackName]: stack.outputs };
  writeFileSync(join(directory, 'outputs.json'), `${JSON.stringify(outputs, undefined, 2)}\n`);
  const lines = Object.entries(stack.environment).map(([name, value]) => `export ${name}='${value}'\n`);
  writeSecret(join(directory, 'env'), lines.join(''));
  const keyFile = join(directory, 'api-key');
  if (stack.apiKey === undefined) rmSync(keyFile, { force: true });
  else writeSecret(keyFile, `${stack.apiKey}\n`);
};

const writeSecret = (file: string, content: string): void => {
  writeFileSync(file, content, { mode: 0o600 });
  chmodSync(file, 0o600); // the mode above counts for a new file only
};

import { afterEach } from '@jest/globals';
import { type LocalStack, type StartLocalOptions, startLocal } from '../../../local/start-local.ts';
import { type ProbeTemplate, writeAssembly } from '../../support/assembly.ts';

const running: LocalStack[] = [];

afterEach(async () => {
  await Promise.all(running.splice(0).map((stack) => stack.close()));
});

/** Starts a stack of `template`, which is closed after the test. */
export const startProbe = async (
  template: ProbeTemplate,
  options: Partial<StartLocalOptions> = {},
  assets: Parameters<typeof writeAssembly>[1] = {},
): Promise<LocalStack> => {
  const stack = await startLocal({ assembly: writeAssembly(template, assets), ...options });
  running.push(stack);
  return stack;
};

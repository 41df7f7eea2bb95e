import { join } from 'node:path';
import type { LocalStack } from './start-local.ts';

/** What a person needs to use the running stack, line by line. */
export const banner = (stack: LocalStack, keepsData: boolean): string => {
  const facts: [string, string | undefined][] = [
    ['API', stack.apiUrl],
    ['API key', stack.apiKey],
    ['metrics', stack.metricsUrl],
    ['logs', stack.functions.size > 0 ? join(stack.dataDir, 'logs') : undefined],
    ['data', keepsData ? stack.dataDir : `${stack.dataDir}, removed on exit (--data-dir keeps it)`],
    ['SDKs', '. .local/env'],
  ];
  const width = Math.max(...facts.map(([name]) => name.length));
  const lines = facts.flatMap(([name, value]) => (value === undefined ? [] : [`  ${name.padEnd(width)}  ${value}`]));
  const examples = stack.examples.length === 0 ? [] : ['', ...stack.examples.map((example) => `  ${example}`)];
  return ['', stack.stackName, ...lines, ...examples, ''].join('\n');
};

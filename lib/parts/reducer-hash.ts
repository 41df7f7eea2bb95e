import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { buildSync } from 'esbuild';

/**
 * Names the code that folds the events of a task, everything that it imports included: another hash, other code.
 * Comments and spelling don't count. `domain` is the folder of that name.
 */
export function taskReducerHash(domain = join(import.meta.dirname, '../../domain')): string {
  const { outputFiles } = buildSync({
    stdin: {
      contents: "export * from './read-task-event.ts'; export { evolve, initialTask } from './task.ts';",
      resolveDir: join(domain, 'task'),
    },
    bundle: true,
    minify: true,
    format: 'esm',
    platform: 'node',
    legalComments: 'none',
    write: false,
    logLevel: 'error',
  });
  return createHash('sha256')
    .update(outputFiles[0]?.contents ?? '')
    .digest('hex')
    .slice(0, 16);
}

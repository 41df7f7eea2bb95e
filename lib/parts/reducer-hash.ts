import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { type BuildOptions, build, buildSync, type OutputFile } from 'esbuild';

const ownDomain = join(import.meta.dirname, '../../domain');

/**
 * Names the code that folds the events of a task, everything that it imports included: another hash, other code.
 * Comments and spelling don't count. `domain` is the folder of that name.
 */
export const taskReducerHash = (domain = ownDomain): string => hashOf(buildSync(options(domain)).outputFiles);

/** The same, in a process of esbuild's own. */
export const taskReducerHashAhead = async (domain = ownDomain): Promise<string> =>
  hashOf((await build(options(domain))).outputFiles);

const options = (domain: string) =>
  ({
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
  }) as const satisfies BuildOptions;

const hashOf = ([file]: readonly OutputFile[]): string =>
  createHash('sha256')
    .update(file?.contents ?? '')
    .digest('hex')
    .slice(0, 16);

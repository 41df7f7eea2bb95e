import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { buildSync, version } from 'esbuild';
import { taskReducerHash } from './reducer-hash.ts';

/** What bundles were made from: the functions' names, every file that went into one, and a hash over it all. */
interface Made {
  readonly names: readonly string[];
  readonly files: readonly string[];
  readonly hash: string;
}

const root = join(import.meta.dirname, '../..');
const source = join(root, 'lambda');
/** They say what is made of the other files. */
const rules = ['lib/parts/bundles.ts', 'lib/parts/reducer-hash.ts', 'package-lock.json'];

/**
 * Bundles every function of `lambda/` into a folder of its own in `directory`, the AWS SDK included, so that the
 * versions of the lockfile run everywhere. CommonJS, since Node 24 imports it faster than ES modules of the same size.
 * The source map waits for `NODE_OPTIONS=--enable-source-maps`, which isn't set: it makes each
 * import half as long again.
 *
 * Bundles that lie there stay, as long as nothing has changed of what they were made from: that is half of a synthesis.
 */
export function bundle(directory: string): void {
  const names = readdirSync(source).filter((name) => existsSync(join(source, name, 'handler.ts')));
  const note = join(directory, '.made-from.json');
  if (areCurrent(directory, names, note)) return;
  const { metafile } = buildSync({
    absWorkingDir: root,
    entryPoints: names.map((name) => ({ in: join(source, name, 'handler.ts'), out: `${name}/handler` })),
    outdir: directory,
    outExtension: { '.js': '.cjs' },
    bundle: true,
    platform: 'node',
    target: 'node24',
    format: 'cjs',
    // Lambda's environment holds the credentials; the module says what leaving the SDK's own search out saves.
    alias: { '@aws-sdk/credential-provider-node': join(source, 'runtime/credentials.ts') },
    define: { TASK_REDUCER: JSON.stringify(taskReducerHash()) },
    mainFields: ['module', 'main'], // ES modules where a package has them: only these lose what isn't used
    minify: true,
    legalComments: 'none',
    sourcemap: true,
    sourcesContent: false,
    metafile: true,
    logLevel: 'error',
  });
  const files = [...rules, ...Object.keys(metafile.inputs)].filter((file) => existsSync(join(root, file)));
  writeFileSync(note, JSON.stringify({ names, files, hash: hashOf(files) } satisfies Made));
}

function areCurrent(directory: string, names: readonly string[], note: string): boolean {
  try {
    const made: Made = JSON.parse(readFileSync(note, 'utf8'));
    const areThere = names.every((name) => existsSync(join(directory, name, 'handler.cjs')));
    return areThere && `${made.names}` === `${names}` && made.hash === hashOf(made.files);
  } catch {
    return false; // none were made, or a file is gone
  }
}

function hashOf(files: readonly string[]): string {
  const hash = createHash('sha256').update(version);
  for (const file of files) hash.update(`\0${file}\0`).update(readFileSync(join(root, file)));
  return hash.digest('hex');
}

import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type BuildOptions, build, buildSync, type Metafile, version } from 'esbuild';
import { taskReducerHash, taskReducerHashAhead } from './reducer-hash.ts';

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
 * versions of the lockfile run everywhere.
 *
 * Bundles that lie there stay, as long as nothing has changed of what they were made from: that is half of a synthesis.
 */
export function bundle(directory: string): void {
  const bundling = new Bundling(directory);
  if (!bundling.isDone()) bundling.done(buildSync(bundling.options(taskReducerHash())).metafile);
}

/** The same in a process of esbuild's own, while the caller goes on. */
export async function bundleAhead(directory: string): Promise<void> {
  const bundling = new Bundling(directory);
  if (bundling.isDone()) return;
  collectNoGarbage();
  bundling.done((await build(bundling.options(await taskReducerHashAhead()))).metafile);
}

/** esbuild ends within seconds: it needs a quarter less CPU time, and 60 MB more, where it doesn't tidy up meanwhile. */
const collectNoGarbage = (): void => {
  process.env.GOGC ??= 'off';
};

class Bundling {
  readonly #directory: string;
  readonly #note: string;
  readonly #names = readdirSync(source).filter((name) => existsSync(join(source, name, 'handler.ts')));

  constructor(directory: string) {
    this.#directory = directory;
    this.#note = join(directory, '.made-from.json');
  }

  isDone(): boolean {
    return areCurrent(this.#directory, this.#names, this.#note);
  }

  /**
   * CommonJS, since Node 24 imports it faster than ES modules of the same size. The source map waits for
   * `NODE_OPTIONS=--enable-source-maps`, which isn't set: it makes each import half as long again.
   */
  options(reducerHash: string) {
    return {
      absWorkingDir: root,
      entryPoints: this.#names.map((name) => ({ in: join(source, name, 'handler.ts'), out: `${name}/handler` })),
      outdir: this.#directory,
      outExtension: { '.js': '.cjs' },
      bundle: true,
      platform: 'node',
      target: 'node24',
      format: 'cjs',
      // Lambda's environment holds the credentials; the module says what leaving the SDK's own search out saves.
      alias: { '@aws-sdk/credential-provider-node': join(source, 'runtime/credentials.ts') },
      define: { TASK_REDUCER: JSON.stringify(reducerHash) },
      mainFields: ['module', 'main'], // ES modules where a package has them: only these lose what isn't used
      minify: true,
      legalComments: 'none',
      sourcemap: true,
      sourcesContent: false,
      metafile: true,
      logLevel: 'error',
    } as const satisfies BuildOptions;
  }

  done(metafile: Metafile): void {
    const files = [...rules, ...Object.keys(metafile.inputs)].filter((file) => existsSync(join(root, file)));
    writeFileSync(this.#note, JSON.stringify({ names: this.#names, files, hash: hashOf(files) } satisfies Made));
  }
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

// Plain JavaScript, for three things that must come before the first TypeScript file: what has been compiled once, by
// any thread, isn't compiled again by the next start; with its types stripped already, Node needs no stripper, which
// alone would cost a fifth of a second; and a Node that knows no TypeScript can say what to do. `npm start` also bounds
// the memory that V8 gives short-lived objects, which is fixed before the first line runs (local/young-generation.ts),
// and lets a thread collect its garbage when it rests (local/memory-at-rest.ts).
import { existsSync } from 'node:fs';
import module from 'node:module';
import { resolve } from 'node:path';

if (!existsSync(new URL('../node_modules', import.meta.url)) || !module.enableCompileCache) {
  process.stderr.write(
    'npm start: nothing is installed, since npm is set to ignore scripts: run `node tools/install.js` first\n',
  );
  process.exit(1);
}
process.umask(0o077); // all that is written here is its owner's only; a worker thread can't set it
process.env.NODE_COMPILE_CACHE ??= resolve('.local/compile-cache'); // worker threads take it from here
module.enableCompileCache(process.env.NODE_COMPILE_CACHE);
await import('./cli.ts');

// Plain JavaScript, for two things that must come before the first TypeScript file: what has been compiled once, by any
// thread, isn't compiled again by the next start; and with its types stripped already, Node needs no stripper, which
// alone would cost a fifth of a second. `npm start` also bounds the memory that V8 gives short-lived objects, which is
// fixed before the first line runs (local/young-generation.ts), and lets a thread collect its garbage when it rests
// (local/memory-at-rest.ts).
import { enableCompileCache } from 'node:module';
import { resolve } from 'node:path';

process.env.NODE_COMPILE_CACHE ??= resolve('.local/compile-cache'); // worker threads take it from here
enableCompileCache(process.env.NODE_COMPILE_CACHE);
await import('./cli.ts');

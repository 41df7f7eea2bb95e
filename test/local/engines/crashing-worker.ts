import { serveEngine } from '../../../local/engines/serve-engine.ts';

/** An engine that ends at its first request. */
await serveEngine(
  () => {
    throw new Error('out of luck');
  },
  async () => {},
  () => ['probe', 'Crash'],
);

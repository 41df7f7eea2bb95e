import { serveEngine } from '../../../local/engines/serve-engine.ts';

const fail = () => {
  throw new Error('out of luck');
};

/** An engine that fails at each request, and ends where it fails only after it. */
await serveEngine(
  ({ url }) => {
    if (url === '/later') setImmediate(fail);
    else fail();
  },
  async () => {},
  () => ['probe', 'Crash'],
);

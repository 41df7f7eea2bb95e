import { makeOrder } from '../orders.ts';
import { post } from '../post.ts';
import { type Runtime, startRuntime } from '../runtime.ts';

/**
 * Starts the runtime in `folder` and posts the order number 0; the time is from the first until the 202 of the second.
 */
export async function measureStart(folder: string): Promise<{ runtime: Runtime; startMs: number }> {
  const start = performance.now();
  const runtime = await startRuntime(folder);
  try {
    await post(runtime, Buffer.from(JSON.stringify({ order: makeOrder(0) })));
    return { runtime, startMs: performance.now() - start };
  } catch (error) {
    await runtime.close();
    throw error;
  }
}

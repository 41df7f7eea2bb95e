import { getHeapStatistics } from 'node:v8';

/**
 * How long a thread has had next to nothing to do when it counts as resting. Not shorter: collecting so thoroughly also
 * frees the shapes of objects that are not there just then, and with them all code that was optimized for them. The
 * functions that accept orders wait for seconds while the consumers catch up, and would run a fifth slower ever after.
 */
export const restAfterMs = 10_000;

/** What a resting thread may still be busy with, of its time: the mappings go on asking their streams. */
const restingUtilization = 0.1;

/**
 * By how much the heap must have grown: collecting takes tens of milliseconds, and the next invocation a few more. A
 * thread that only polls makes less garbage than this, for its own young generation collects that.
 */
const worthGrowth = 0.5;
const worthBytes = 8 * 2 ** 20;

/** V8's own, where the process runs with `--expose-gc`; a function's code finds none, as on Lambda. */
const collect = globalThis.gc;
globalThis.gc = undefined;

let heapBytes = 0; // when it was last collected

/**
 * Collects this thread's garbage and gives its pages back to the machine, where its heap has grown since the last time.
 * V8 does neither in a thread that sleeps, and hardly in one that waits: after a burst a dozen threads would keep, for
 * as long as they rest, as much garbage as they had room for.
 */
export const giveMemoryBack = (): void => {
  const grown = heapNow() - heapBytes;
  if (!collect || grown < worthBytes || grown < heapBytes * worthGrowth) return;
  collect({ type: 'major', execution: 'sync', flavor: 'last-resort' }); // the kind that also frees the pages
  heapBytes = heapNow();
};

/** From now on gives back the memory of this thread whenever it comes to rest. */
export const giveMemoryBackAtRest = (): void => {
  let seen = performance.eventLoopUtilization();
  setInterval(() => {
    const before = seen;
    seen = performance.eventLoopUtilization();
    if (performance.eventLoopUtilization(seen, before).utilization < restingUtilization) giveMemoryBack();
  }, restAfterMs).unref();
};

const heapNow = (): number => getHeapStatistics().total_heap_size;

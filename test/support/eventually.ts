import { setTimeout as sleep } from 'node:timers/promises';

/** Asks until `check` passes; fails with its last error once `deadlineMs` have gone by. */
export async function eventually<T>(check: () => Promise<T> | T, deadlineMs = 30_000, everyMs = 200): Promise<T> {
  const deadline = performance.now() + deadlineMs;
  for (;;) {
    try {
      return await check();
    } catch (error) {
      if (performance.now() > deadline) throw error;
    }
    await sleep(everyMs);
  }
}

/** Calls `work` for every input, at most `concurrency` at a time; answers in the order of the inputs. */
export async function sideBySide<I, O>(inputs: readonly I[], concurrency: number, work: (input: I) => Promise<O>) {
  const outputs: O[] = [];
  let next = 0;
  const worker = async () => {
    for (let index = next++; index < inputs.length; index = next++) outputs[index] = await work(inputs[index] as I);
  };
  await Promise.all(Array.from({ length: concurrency }, worker));
  return outputs;
}

/** Does `work` for each value, `most` at a time; rejects with the first failure, once what was under way is over. */
export async function inParallel<Value>(
  values: readonly Value[],
  most: number,
  work: (value: Value) => Promise<void>,
): Promise<void> {
  const waiting = values.values();
  let failed = false;
  const worker = async () => {
    for (const value of waiting) {
      if (failed) return;
      try {
        await work(value);
      } catch (error) {
        failed = true;
        throw error;
      }
    }
  };
  const ends = await Promise.allSettled(Array.from({ length: most }, worker));
  for (const end of ends) if (end.status === 'rejected') throw end.reason;
}

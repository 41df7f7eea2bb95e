/** A close that runs once, however often it is called; the later calls wait for the first. */
export const singleFlight = (run: () => Promise<void>): (() => Promise<void>) => {
  let running: Promise<void> | undefined;
  return () => {
    running ??= run();
    return running;
  };
};

/** Runs all of them, the last one first, one after another; throws the first error at the end. */
export const runReversed = async (closers: readonly (() => Promise<void> | void)[]): Promise<void> => {
  const errors: unknown[] = [];
  for (const close of closers.toReversed()) {
    try {
      await close();
    } catch (error) {
      errors.push(error);
    }
  }
  if (errors.length > 0) throw errors[0];
};

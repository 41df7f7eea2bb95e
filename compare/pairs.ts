/** What two consumers can differ in. */
export interface Pair {
  readonly batchSize: number;
  readonly windowSeconds: number;
}

/** Every size with every window, 24 pairs. */
export const sweptPairs: readonly Pair[] = [0, 1, 2, 5, 10, 30].flatMap((windowSeconds) =>
  [1, 10, 100, 1_000].map((batchSize) => ({ batchSize, windowSeconds })),
);

export const pairName = ({ batchSize, windowSeconds }: Pair): string => `${batchSize} or ${windowSeconds} s`;

/**
 * Reads `100:30,10:2`. Throws a sentence about what is out of the range that AWS allows.
 * https://docs.aws.amazon.com/lambda/latest/api/API_CreateEventSourceMapping.html
 */
export const readPairs = (text: string): Pair[] =>
  text.split(',').map((each) => {
    const [, size = '', window = ''] = /^(\d{1,9}):(\d{1,9})$/.exec(each) ?? [];
    if (size === '')
      throw new Error(`a pair is batch size:window in seconds, as in 100:30, not ${JSON.stringify(each)}`);
    const pair = { batchSize: Number(size), windowSeconds: Number(window) };
    if (pair.batchSize < 1 || pair.batchSize > 10_000)
      throw new Error(`a batch holds 1 to 10000 records, not ${pair.batchSize} (${each})`);
    if (pair.windowSeconds > 300)
      throw new Error(`a window lasts 0 to 300 seconds, not ${pair.windowSeconds} (${each})`);
    return pair;
  });

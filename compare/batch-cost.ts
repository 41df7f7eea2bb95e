import { type Line, lineThrough } from '../cost/line-through.ts';
import { type PriceId, prices } from '../cost/prices.ts';
import type { InvocationMeasure } from '../local/metrics/invocation-measure.ts';
import type { Figures } from './figures.ts';

/** How long an invocation took, in milliseconds, by how many records it had. */
export interface Took {
  readonly size: number;
  readonly value: number;
}

/** Of one run, the median for each size of batch: what else the machine did meanwhile moves it little. */
export const typicalTimes = (invocations: readonly InvocationMeasure[]): Took[] => {
  const bySize = Map.groupBy(invocations, ({ batch }) => batch?.records ?? 0);
  return [...bySize]
    .filter(([size]) => size > 0)
    .map(([size, all]) => {
      const sorted = all.map(({ billedMs }) => billedMs).sort((a, b) => a - b);
      return { size, value: sorted[sorted.length >> 1] as number };
    });
};

/** What an invocation takes, and what each of its records adds, by all runs together. */
export const timeOfBatches = (times: readonly Took[]): Line => lineThrough(times);

const first = (id: PriceId): number => (prices[id].usd['us-east-1'][0]?.[1] ?? 0) / prices[id].per;

/**
 * Dollars for a million records handled as in `figures`: requests, and the time that the line says, by
 * the prices of us-east-1.
 */
export const usdAMillion = (
  { invocations, records }: Pick<Figures, 'invocations' | 'records'>,
  { start, slope }: Line,
  memoryMb: number,
): number => {
  const gigabyteSeconds = ((invocations * start + records * slope) / 1_000) * (memoryMb / 1_024);
  const usd = invocations * first('lambdaRequests') + gigabyteSeconds * first('lambdaArmSeconds');
  return (usd / records) * 1e6;
};

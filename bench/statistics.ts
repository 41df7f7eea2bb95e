/**
 * The value below or at which `share` (0 to 1) of the values lie, by the nearest-rank method: always a value that was
 * measured. NaN where there is none.
 */
export function percentile(values: Iterable<number>, share: number): number {
  const sorted = Float64Array.from(values).sort();
  const rank = Math.ceil(share * sorted.length);
  return sorted[Math.max(0, rank - 1)] ?? Number.NaN;
}

/** The value in the middle, or the mean of the two there; NaN where there is none. */
export function median(values: Iterable<number>): number {
  const sorted = Float64Array.from(values).sort();
  const upper = sorted[sorted.length >> 1] ?? Number.NaN;
  const lower = sorted[(sorted.length - 1) >> 1] ?? Number.NaN;
  return (lower + upper) / 2;
}

/** Numbers by name, one such record a round. */
export type Figures = Readonly<Record<string, number>>;

/** The median of each figure over the rounds; a figure that a round lacks is taken from the others. */
export function medians(rounds: readonly Figures[]): Figures {
  const names = new Set(rounds.flatMap((round) => Object.keys(round)));
  return Object.fromEntries(
    [...names].map((name) => [name, median(rounds.flatMap((round) => round[name] ?? []))] as const),
  );
}

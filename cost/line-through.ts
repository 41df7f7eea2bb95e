/** A straight line: `value = start + slope × size`. */
export interface Line {
  readonly start: number;
  readonly slope: number;
}

/** What something of this size was measured to take. */
export interface Point {
  readonly size: number;
  readonly value: number;
}

const pairsAtMost = 400;

/**
 * The line through the points by the median of all slopes between two of them (Theil and Sen), which a few slow ones
 * don't move. Neither its start nor its slope is negative. Through points of a single size it starts at zero, as it
 * does where it would start below.
 */
export function lineThrough(points: readonly Point[]): Line {
  if (points.length === 0) return { start: 0, slope: 0 };
  const step = Math.ceil(points.length / pairsAtMost);
  const some = points.filter((_, index) => index % step === 0);
  const slopes = some.flatMap((one, index) =>
    some
      .slice(index + 1)
      .filter((other) => other.size !== one.size)
      .map((other) => (other.value - one.value) / (other.size - one.size)),
  );
  const fromZero = () => ({ start: 0, slope: median(some.map(({ size, value }) => value / size)) });
  if (slopes.length === 0) return fromZero();
  const slope = Math.max(0, median(slopes));
  const start = median(some.map(({ size, value }) => value - slope * size));
  return start < 0 ? fromZero() : { start, slope };
}

/** What one function was measured to take. */
export interface MeasuredFunction {
  readonly name: string;
  /** The same for two of the same code. */
  readonly code: string;
  readonly points: readonly Point[];
}

/**
 * The line of each function by its name: those of the same code have one, since their batches alone are of few sizes.
 */
export function linesByCode(functions: readonly MeasuredFunction[]): ReadonlyMap<string, Line> {
  const ofCode = Map.groupBy(functions, ({ code }) => code);
  const lines = [...ofCode.values()].flatMap((same) => {
    const line = lineThrough(same.flatMap(({ points }) => points));
    return same.map(({ name }) => [name, line] as const);
  });
  return new Map(lines);
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((one, other) => one - other);
  const middle = Math.floor(sorted.length / 2);
  const [low = 0, high = 0] =
    sorted.length % 2 === 0 ? sorted.slice(middle - 1, middle + 1) : [sorted[middle], sorted[middle]];
  return (low + high) / 2;
}

/** A straight line: `value = start + slope × size`. */
export interface Line {
  readonly start: number;
  readonly slope: number;
}

const pairsAtMost = 400;

/**
 * The line through the points by the median of all slopes between two of them (Theil and Sen), which a few slow ones
 * don't move. Neither its start nor its slope is negative. Through points of a single size it starts at zero.
 */
export function lineThrough(points: readonly { readonly size: number; readonly value: number }[]): Line {
  if (points.length === 0) return { start: 0, slope: 0 };
  const step = Math.ceil(points.length / pairsAtMost);
  const some = points.filter((_, index) => index % step === 0);
  const slopes = some.flatMap((one, index) =>
    some
      .slice(index + 1)
      .filter((other) => other.size !== one.size)
      .map((other) => (other.value - one.value) / (other.size - one.size)),
  );
  if (slopes.length === 0) return { start: 0, slope: median(some.map(({ size, value }) => value / size)) };
  const slope = Math.max(0, median(slopes));
  const start = Math.max(0, median(some.map(({ size, value }) => value - slope * size)));
  return { start, slope };
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((one, other) => one - other);
  const middle = Math.floor(sorted.length / 2);
  const [low = 0, high = 0] =
    sorted.length % 2 === 0 ? sorted.slice(middle - 1, middle + 1) : [sorted[middle], sorted[middle]];
  return (low + high) / 2;
}

/** A way to gather batches, by what it costs and how long it makes an order wait. */
export interface Point {
  /** Above 0. */
  readonly lag: number;
  /** Above 0. */
  readonly cost: number;
}

/** The points that no other beats in both, the fastest first and the cheapest last. */
export const frontier = <P extends Point>(points: readonly P[]): P[] => {
  const best: P[] = [];
  for (const point of points.toSorted((a, b) => a.lag - b.lag || a.cost - b.cost)) {
    if (point.cost < (best.at(-1)?.cost ?? Number.POSITIVE_INFINITY)) best.push(point);
  }
  return best;
};

/**
 * The point of a frontier from which on it gets dearer much faster than quicker, or slower much faster than cheaper:
 * the one that lies farthest below the straight line between the two ends, both axes logarithmic and each a unit long.
 * A curve of fewer than three points has none.
 */
export const knee = <P extends Point>(curve: readonly P[]): P | undefined => {
  const [first, last] = [curve[0], curve.at(-1)];
  if (!first || !last || curve.length < 3) return undefined;
  const along = (from: number, to: number, value: number) => Math.log(value / from) / Math.log(to / from);
  const below = ({ lag, cost }: P) => 1 - along(first.lag, last.lag, lag) - along(last.cost, first.cost, cost);
  return curve.reduce((best, point) => (below(point) > below(best) ? point : best));
};

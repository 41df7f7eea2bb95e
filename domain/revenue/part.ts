/**
 * Where something that was added up comes from: a part of one shard's arrival window, from the first to the last sale
 * that its state has seen. Mostly the part is the whole window; a state that outgrew its limit makes several.
 */
export interface Part {
  /** The window's start: `2026-11-22T10:15:00Z`. */
  readonly window: string;
  readonly shard: string;
  /** Positions on the stream; they compare as the texts do. */
  readonly first: string;
  readonly last: string;
}

/**
 * The parts that stand, of those of one store (and minute). Delivered again, a window may be cut elsewhere: a part that
 * reaches beyond the beginning of another is left over from an earlier delivery, and all that it holds lies in others.
 */
export function standing<P extends Part>(parts: readonly P[]): P[] {
  const byShardWindow = Map.groupBy(parts, ({ window, shard }) => `${window} ${shard}`);
  return [...byShardWindow.values()].flatMap((ofOne) => {
    const inOrder = ofOne.toSorted((a, b) => (a.first < b.first ? -1 : 1));
    return inOrder.filter((part, place) => {
      const next = inOrder[place + 1];
      return next === undefined || part.last < next.first;
    });
  });
}

import { setTimeout as sleep } from 'node:timers/promises';
import type { Progress } from '../progress.ts';
import type { Difference, SlotStore } from './slot-store.ts';

/** What a comparison found. */
export interface Comparison {
  readonly compared: number;
  /** The first of them. */
  readonly differences: readonly Difference[];
  /** Whether there are more. */
  readonly more: boolean;
}

export interface CompareOptions {
  readonly signal: AbortSignal;
  readonly progress: Progress;
  /** How long a difference stays before it counts, while nothing else settles either. @default 5 s */
  readonly patienceMs?: number;
}

const suspectsKept = 10_000;
const pollMs = 200;

/**
 * Compares two slots that both follow the stream. Where they differ, one may only be a moment behind the other: such an
 * entry is looked at again until it is the same in both at one moment, or until nothing settles any more.
 */
export async function compareSlots<Store extends SlotStore>(
  old: Store,
  next: Store,
  { signal, progress, patienceMs = 5_000 }: CompareOptions,
): Promise<Comparison> {
  progress.begin('comparing both slots');
  let compared = 0;
  let suspects: Difference[] = [];
  let more = false;
  const onDone = (done: number): void => {
    compared = done;
    progress.at(done);
  };
  for await (const difference of old.compare(next, signal, onDone)) {
    more = suspects.length === suspectsKept;
    if (more) break;
    suspects.push(difference);
  }
  let deadline = Date.now() + patienceMs;
  while (suspects.length > 0 && !more && !signal.aborted) {
    const left = [];
    for (const { key } of suspects) {
      const difference = await old.compareOne(next, key);
      if (difference) left.push(difference);
    }
    if (left.length < suspects.length) deadline = Date.now() + patienceMs;
    suspects = left;
    if (Date.now() > deadline) break;
    if (left.length > 0) await sleep(pollMs);
  }
  progress.end();
  return { compared, differences: suspects, more };
}

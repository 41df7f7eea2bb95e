import { isOfWindow, type SetAside, type SetAsideRecord } from './set-aside.ts';

/**
 * What becomes of a record: it is redriven; redriven to no effect, since a newer event of its key has passed; waits,
 * since an earlier one of its key is set aside and not chosen; can't be, since its tumbling window is over.
 */
export type Fate = 'redrive' | 'superseded' | 'waits' | 'window';

export interface PlannedRecord {
  readonly record: SetAsideRecord;
  readonly fate: Fate;
  /** The id of what it waits for. */
  readonly behind?: string;
}

/** What becomes of the records of one object that aren't done yet. */
export interface Planned {
  readonly setAside: SetAside;
  readonly records: readonly PlannedRecord[];
}

/** Of one function and key records keep their order, whatever object they lie in. */
export const keyOf = ({ functionName }: SetAside, { key }: SetAsideRecord): string =>
  JSON.stringify([functionName, key]);

/**
 * Plans what is chosen. `pending` is all that is set aside, by function and in the order of its stream, as the plan is.
 */
export function planRedrive(
  pending: readonly SetAside[],
  isChosen: (setAside: SetAside) => boolean,
  isSuperseded: (setAside: SetAside, record: SetAsideRecord) => boolean,
): Planned[] {
  const leftBehind = new Map<string, string>();
  const plan: Planned[] = [];
  for (const setAside of pending) {
    const left = setAside.records.filter(({ done }) => !done);
    const ofWindow = isOfWindow(setAside);
    if (isChosen(setAside)) {
      const fateOf = (record: SetAsideRecord): PlannedRecord => {
        if (ofWindow) return { record, fate: 'window' };
        const behind = leftBehind.get(keyOf(setAside, record));
        if (behind !== undefined) return { record, fate: 'waits', behind };
        return { record, fate: isSuperseded(setAside, record) ? 'superseded' : 'redrive' };
      };
      plan.push({ setAside, records: left.map(fateOf) });
    } else if (!ofWindow) {
      for (const record of left) {
        const key = keyOf(setAside, record);
        if (!leftBehind.has(key) && !isSuperseded(setAside, record)) leftBehind.set(key, setAside.id);
      }
    }
  }
  return plan;
}

/** How many of the plan's records will be redriven. */
export const countRedriven = (plan: readonly Planned[]): number =>
  plan.reduce((sum, { records }) => sum + records.filter(isRedriven).length, 0);

/** A superseded one too: the function itself decides that it is no news. */
export const isRedriven = ({ fate }: PlannedRecord): boolean => fate === 'redrive' || fate === 'superseded';

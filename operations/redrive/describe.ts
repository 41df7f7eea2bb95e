import type { Pending } from './on-failure-bucket.ts';
import type { Fate, Planned } from './plan.ts';
import { isOfWindow, type SetAside, type SetAsideRecord } from './set-aside.ts';

/** What is set aside, as a person reads it: two lines each, the second with the payload's beginning. */
export function describePending({ setAside, unreadable }: Pending, nowMs: number): string {
  if (setAside.length + unreadable.length === 0) return 'Nothing is set aside.';
  const lines = setAside.flatMap((each) => {
    const { id, records, cause, atMs, functionName } = each;
    const left = records.filter(({ done }) => !done);
    const [first] = left;
    return [
      `${id}  ${age(nowMs - atMs)}  ${functionName}  ${count(left.length, 'record')}  ${cause}${notesOf(each)}`,
      `${' '.repeat(id.length)}  ${first?.what}  ${first ? beginningOf(first) : ''}`,
    ];
  });
  const total = setAside.reduce((sum, { records }) => sum + records.filter(({ done }) => !done).length, 0);
  return [
    ...lines,
    ...unreadable.map(({ objectKey, reason }) => `can't be redriven, ${reason}: ${objectKey}`),
    `${count(total, 'record')} set aside; --all, --id or --function says what redriving them would do`,
  ].join('\n');
}

/** What would be done, record by record. */
export function describePlan(plan: readonly Planned[]): string {
  const lines = plan.flatMap(({ setAside: { id, functionName }, records }) =>
    records.map(
      ({ record, fate, behind }) =>
        `${id}  ${sentences[fate]}${behind === undefined ? '' : ` ${behind}`}  ${record.what}  ${functionName}`,
    ),
  );
  const fates = Map.groupBy(
    plan.flatMap(({ records }) => records),
    ({ fate }) => fate,
  );
  const totals = [...fates].map(([fate, records]) => `${records.length} ${words[fate]}`);
  return [...lines, `${totals.join(', ') || 'nothing'}; --drive does it`].join('\n');
}

/** What helps a record whose window is over. */
export const ofWindow = "can't be redriven, its window is over: put the sale on the bus again, then --dismiss this";

const words: Readonly<Record<Fate, string>> = {
  redrive: 'to redrive',
  superseded: 'superseded',
  waits: 'waiting for an earlier one that is not chosen',
  window: 'of a window that is over',
};

const sentences: Readonly<Record<Fate, string>> = {
  redrive: 'redrive',
  superseded: 'superseded',
  waits: 'waits for',
  window: ofWindow,
};

/** `1 record`, `1,000 records`. */
export const count = (number: number, what: string): string =>
  `${number.toLocaleString('en')} ${what}${number === 1 ? '' : 's'}`;

const notesOf = (setAside: SetAside): string => {
  const done = setAside.records.filter((record) => record.done).length;
  const notes = [
    ...(done > 0 ? [`${done} done`] : []),
    ...(setAside.edited ? ['edited'] : []),
    ...(isOfWindow(setAside) ? ['of a window'] : []),
  ];
  return notes.length === 0 ? '' : `  (${notes.join(', ')})`;
};

const excerpt = 80;

/** Of an event's own data, where there is one. Control characters would move the terminal's cursor. */
const beginningOf = ({ raw }: SetAsideRecord): string => {
  const { kinesis, dynamodb } = raw as { kinesis?: { data: string }; dynamodb?: object };
  const text = kinesis ? dataIn(Buffer.from(kinesis.data, 'base64').toString()) : JSON.stringify(dynamodb);
  const clean = text.replace(/\p{C}+/gu, ' ');
  return clean.length > excerpt ? `${clean.slice(0, excerpt)}…` : clean;
};

const dataIn = (text: string): string => {
  try {
    const { data } = JSON.parse(text) as { data?: unknown };
    return data === undefined ? text : JSON.stringify(data);
  } catch {
    return text;
  }
};

const age = (ms: number): string => {
  const minutes = Math.floor(ms / 60_000);
  if (!(minutes >= 1)) return 'just now';
  if (minutes < 120) return `${minutes} min ago`;
  const hours = Math.floor(minutes / 60);
  return hours < 48 ? `${hours} h ago` : `${Math.floor(hours / 24)} days ago`;
};

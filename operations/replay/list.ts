import { readSorted } from '../events/record-sort.ts';
import { describeRecord } from '../events/selection.ts';

/** What there is to replay. */
export interface Listing {
  readonly records: number;
  readonly keys: number;
  /** By type, `no event` for what isn't one; the most frequent first. */
  readonly types: readonly (readonly [name: string, records: number])[];
  /** By hour of arrival, `2026-11-22T10`, oldest first. */
  readonly hours: readonly (readonly [name: string, records: number])[];
}

/** Counts what was collected and sorted into `file`. */
export function list(file: string): Listing {
  const types = new Map<string, number>();
  const hours = new Map<string, number>();
  let records = 0;
  let keys = 0;
  let lastKey: string | undefined;
  for (const record of readSorted(file)) {
    records++;
    if (record.partitionKey !== lastKey) keys++;
    lastKey = record.partitionKey;
    count(types, describeRecord(record).type || 'no event');
    count(hours, new Date(record.arrivedAt).toISOString().slice(0, 13));
  }
  return {
    records,
    keys,
    types: [...types].sort(([, a], [, b]) => b - a),
    hours: [...hours].sort(([a], [b]) => (a < b ? -1 : 1)),
  };
}

/** The listing as a person reads it. */
export function describeListing({ records, keys, types, hours }: Listing): string {
  const rows = [...types, ...hours].map(([name, count]) => [name, count.toLocaleString('en')] as const);
  const width = Math.max(0, ...rows.map(([name]) => name.length));
  const countWidth = Math.max(0, ...rows.map(([, count]) => count.length));
  const lines = rows.map(([name, count]) => `  ${name.padEnd(width)}  ${count.padStart(countWidth)}`);
  lines.splice(types.length, 0, ...(hours.length > 0 ? ['by hour of arrival (UTC)'] : []));
  return [`${some(records, 'record')} of ${some(keys, 'key')}`, ...lines].join('\n');
}

const some = (number: number, what: string): string =>
  `${number.toLocaleString('en')} ${what}${number === 1 ? '' : 's'}`;

const count = (counts: Map<string, number>, name: string): void => void counts.set(name, (counts.get(name) ?? 0) + 1);

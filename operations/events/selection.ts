import type { ArchivedRecord } from '../../lambda/stores/archived-record.ts';

/** Which records are meant. */
export interface Selection {
  /** By their arrival on the stream, in milliseconds since the epoch. */
  readonly fromMs?: number;
  /** Not that moment itself. */
  readonly toMs: number;
  /** Undefined: of every type. */
  readonly types?: readonly string[];
  /** Undefined: of every subject. */
  readonly subjects?: readonly string[];
}

/** An event's type and subject; empty where the record is none. */
export const describeRecord = ({ data }: ArchivedRecord) => describeData(data);

/** The same, of a record's data in base64. */
export function describeData(data: string): { readonly type: string; readonly subject: string } {
  try {
    const event: unknown = JSON.parse(Buffer.from(data, 'base64').toString());
    const { type, subject } = event as { type?: unknown; subject?: unknown };
    return { type: typeof type === 'string' ? type : '', subject: typeof subject === 'string' ? subject : '' };
  } catch {
    return { type: '', subject: '' };
  }
}

/** Whether the selection means the record. */
export function selects({ fromMs, toMs, types, subjects }: Selection, record: ArchivedRecord): boolean {
  if (record.arrivedAt >= toMs || (fromMs !== undefined && record.arrivedAt < fromMs)) return false;
  if (!types && !subjects) return true;
  const { type, subject } = describeRecord(record);
  return (!types || types.includes(type)) && (!subjects || subjects.includes(subject));
}

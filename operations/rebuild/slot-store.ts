import type { EventOf } from '../../domain/event.ts';
import type { ArchivedRecord } from '../../lambda/stores/archived-record.ts';

/** How one entry of a projection stands in two slots. */
export interface Difference {
  /** `accountid/vendorid` of an order, the key of an invoice. */
  readonly key: string;
  /** Where it is missing, or that both have it and it isn't the same. */
  readonly kind: 'missing in the new slot' | 'only in the new slot' | 'not the same';
}

/** What one slot of a projection keeps, as an operator handles it. */
export interface SlotStore {
  /** Takes everything out; tells how much is gone. Stops where the signal is aborted. */
  empty(signal: AbortSignal, onDone: (removed: number) => void): Promise<void>;
  /** Whether the event, which lies in the record, has been applied. */
  hasMet(record: ArchivedRecord, event: EventOf): Promise<boolean>;
  /** Goes through both slots; answers with every difference, and tells how much has been compared. */
  compare(other: this, signal: AbortSignal, onDone: (compared: number) => void): AsyncIterable<Difference>;
  /** The difference in one entry, as of now. */
  compareOne(other: this, key: string): Promise<Difference | undefined>;
}

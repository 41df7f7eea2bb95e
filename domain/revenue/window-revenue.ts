import { eventMinute } from './event-minute.ts';
import { type SaleRecorded, saleCents } from './sale-recorded.ts';
import { shortHash, shortHashLength } from './short-hash.ts';
import { addTo, emptyTally, type Tally } from './tally.ts';

/** What one store sold in (a part of) an arrival window. */
export interface StoreRevenue {
  /** Everything that arrived, each sale once. */
  readonly arrived: Tally;
  /** What of it belongs to no minute, having come too late or from the future. */
  readonly rejected: Tally;
  /** Sales that stood there already, and so were not counted. */
  duplicates: number;
  /** The rest of what arrived, by the minute in which it happened, since the epoch. */
  readonly minutes: Record<string, Tally>;
}

/** A window so far, as JSON that travels from one invocation to the next. */
export interface RevenueState {
  /** Where the first and the last sale that it has seen lie on the stream. */
  readonly first?: string;
  readonly last?: string;
  readonly stores?: Readonly<Record<string, StoreRevenue>>;
  /** The short hashes of the sales, one after the other. */
  readonly seen?: string;
}

/** Adds up the sales of one shard's window. For every sale: minutes + rejected = arrived, to the cent. */
export class WindowRevenue {
  readonly stores: Map<string, StoreRevenue>;
  readonly #latenessMinutes: number;
  readonly #seen: Set<string>;
  #seenText: string;
  #first: string | undefined;
  #last: string | undefined;

  /** Goes on from `state`, which `{}` begins. */
  constructor(state: RevenueState, latenessMinutes: number) {
    this.stores = new Map(Object.entries(state.stores ?? {}));
    this.#seenText = state.seen ?? '';
    this.#seen = new Set(chunksOf(this.#seenText, shortHashLength));
    this.#first = state.first;
    this.#last = state.last;
    this.#latenessMinutes = latenessMinutes;
  }

  /** Takes a sale in, once. `position` is where it lies on the stream. */
  add(sale: SaleRecorded, position: string, arrivedAtMs: number): void {
    const { store_id: storeId, request_id: requestId, is_return: isReturn } = sale.data;
    this.#first ??= position;
    this.#last = position;
    const store = this.#store(storeId);
    const hash = shortHash(storeId, requestId);
    if (this.#seen.has(hash)) {
      store.duplicates++;
      return;
    }
    this.#seen.add(hash);
    this.#seenText += hash;
    const cents = saleCents(sale);
    const tally = { sales: 1, revenueCents: cents, returnsCents: isReturn ? cents : 0 };
    addTo(store.arrived, tally);
    const minute = eventMinute(Date.parse(sale.time), arrivedAtMs, this.#latenessMinutes);
    if (minute === undefined) addTo(store.rejected, tally);
    else {
      store.minutes[minute] ??= emptyTally();
      addTo(store.minutes[minute], tally);
    }
  }

  get state(): RevenueState {
    if (this.#first === undefined) return {};
    return {
      first: this.#first,
      last: this.#last as string,
      stores: Object.fromEntries(this.stores),
      seen: this.#seenText,
    };
  }

  #store(id: string): StoreRevenue {
    const known = this.stores.get(id);
    if (known) return known;
    const store = { arrived: emptyTally(), rejected: emptyTally(), duplicates: 0, minutes: {} };
    this.stores.set(id, store);
    return store;
  }
}

function* chunksOf(text: string, length: number): Generator<string> {
  for (let at = 0; at < text.length; at += length) yield text.slice(at, at + length);
}

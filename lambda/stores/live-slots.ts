import { type DynamoDBClient, GetItemCommand } from '@aws-sdk/client-dynamodb';
import { firstLive, liveItem, type Slot, type SlottedProjection, slots, slottedProjections } from './slot.ts';

/** Which slot of each projection is read. */
export type Live = Readonly<Record<SlottedProjection, Slot>>;

/** How long an answer counts, in milliseconds: a switch is seen by every request that begins this much later. */
export const liveForMs = 1_000;

/** The live table's item, known for a second; one call at a time, however many ask. */
export class LiveSlots {
  readonly #dynamoDb: DynamoDBClient;
  readonly #table: string;
  readonly #now: () => number;
  #live: Live = { orders: firstLive, invoices: firstLive };
  #askedAtMs = Number.NEGATIVE_INFINITY;
  #asking: Promise<Live> | undefined;

  constructor(dynamoDb: DynamoDBClient, table: string, now: () => number = Date.now) {
    this.#dynamoDb = dynamoDb;
    this.#table = table;
    this.#now = now;
  }

  /** What was last known, and whether that still counts. */
  get known(): { readonly live: Live; readonly counts: boolean } {
    const ageMs = this.#now() - this.#askedAtMs;
    return { live: this.#live, counts: ageMs >= 0 && ageMs < liveForMs };
  }

  /** As of now. */
  ask(): Promise<Live> {
    this.#asking ??= this.#read().finally(() => {
      this.#asking = undefined;
    });
    return this.#asking;
  }

  async #read(): Promise<Live> {
    const askedAtMs = this.#now();
    const { Item = {} } = await this.#dynamoDb.send(
      new GetItemCommand({
        TableName: this.#table,
        Key: { [liveItem.partitionKey]: { S: liveItem.id } },
        ConsistentRead: true,
      }),
    );
    const slotOf = (projection: SlottedProjection): Slot =>
      slots.find((slot) => slot === Item[projection]?.S) ?? firstLive;
    this.#live = Object.fromEntries(slottedProjections.map((each) => [each, slotOf(each)])) as Live;
    this.#askedAtMs = askedAtMs;
    return this.#live;
  }
}

/** A projection's stores, one a slot, of which the live one is read. */
export class LiveStore<Store> {
  readonly #live: LiveSlots;
  readonly #projection: SlottedProjection;
  readonly #stores: Readonly<Record<Slot, Store>>;

  constructor(live: LiveSlots, projection: SlottedProjection, stores: Readonly<Record<Slot, Store>>) {
    this.#live = live;
    this.#projection = projection;
    this.#stores = stores;
  }

  /**
   * What `read` answers from the live store. Where that must be asked for, the store last known is read meanwhile, so
   * that asking takes no time of its own; where it proves to be another one, that is read instead.
   */
  async read<Answer>(read: (store: Store) => Promise<Answer>): Promise<Answer> {
    const { live, counts } = this.#live.known;
    const assumed = live[this.#projection];
    const reading = read(this.#stores[assumed]);
    if (counts) return reading;
    reading.catch(() => {}); // of no account if another slot proves to be live
    const asked = (await this.#live.ask())[this.#projection];
    return asked === assumed ? reading : read(this.#stores[asked]);
  }
}

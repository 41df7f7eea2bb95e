import { type EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import type { StoreBus } from '../produce-sales/produce-sales.ts';
import type { StoreEvent } from '../produce-sales/store-events.ts';

/** The EventBridge bus of the stores. */
export class StoreEventBus implements StoreBus {
  readonly #eventBridge: EventBridgeClient;
  readonly #bus: string;

  constructor(eventBridge: EventBridgeClient, bus: string) {
    this.#eventBridge = eventBridge;
    this.#bus = bus;
  }

  async put(events: readonly StoreEvent[]): Promise<boolean[]> {
    const { Entries = [] } = await this.#eventBridge.send(
      new PutEventsCommand({
        Entries: events.map(({ detailType, detail, time }) => ({
          EventBusName: this.#bus,
          Source: 'stores',
          DetailType: detailType,
          Detail: JSON.stringify(detail),
          Time: time,
        })),
      }),
    );
    return events.map((_, place) => Entries[place]?.EventId !== undefined);
  }
}

import { eventReader } from '../../domain/event.ts';
import { InventoryChanged } from '../../domain/stock/inventory-changed.ts';
import { log } from '../runtime/logging.ts';

/** What the stores have. */
export interface Stock {
  /** Changes the stock by the event, unless it has met it; safe to call again, in any order. */
  apply(event: InventoryChanged): Promise<void>;
}

/**
 * EventBridge -> keep-stock -> stock, one event an invocation, which nobody waits for. It throws at what it can't
 * understand or keep: Lambda tries twice more, then the event goes, whole, to the bus's dead-letter queue.
 */
export const keepStock = (stock: Stock) => {
  const readEvent = eventReader([InventoryChanged]);
  return async (value: unknown): Promise<void> => {
    const event = readEvent(value);
    await stock.apply(event);
    log.info('stock changed', { requestId: event.id, store: event.subject });
  };
};

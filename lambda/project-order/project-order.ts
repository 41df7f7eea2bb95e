import { OrderPlaced } from '../../domain/order/order-placed.ts';
import { kinesisConsumer } from '../runtime/kinesis-consumer.ts';

/** The latest order of each account and vendor. */
export interface OrderProjection {
  /**
   * Applies the event unless the item has met it or a later one. `sequenceNumber` is where the event lies on the
   * stream. Safe to call again, at any time, in any order.
   */
  apply(event: OrderPlaced, sequenceNumber: string): Promise<void>;
}

/** stream -> project-order -> orders. At-least-once in, exactly-once effect: the item knows which events it has met. */
export const projectOrder = (orders: OrderProjection) =>
  kinesisConsumer([OrderPlaced], (event, sequenceNumber) => orders.apply(event, sequenceNumber));

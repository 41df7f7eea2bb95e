import { hash } from 'node:crypto';
import { v7 } from 'uuid';
import { canonicalJson } from '../../domain/canonical-json.ts';
import type { Order } from '../../domain/order/order.ts';
import { orderSubject } from '../../domain/order/order.ts';

/** A new id for an event nobody gave a key: a UUIDv7, later ones greater. */
export const newEventId = (): string => v7();

/**
 * The id of an order sent under an `Idempotency-Key`: a UUIDv8 of SHA-256 over the key, the index in the post, the
 * subject and the order. The same order sent again is the same event, another order under the key is another event.
 */
export function eventIdUnderKey(key: string, index: number, order: Order): string {
  const digest = hash('sha256', canonicalJson([key, index, orderSubject(order), order]), 'buffer');
  // RFC 9562, 5.8: four bits of version, two of variant, the rest is ours.
  digest[6] = ((digest[6] as number) & 0x0f) | 0x80;
  digest[8] = ((digest[8] as number) & 0x3f) | 0x80;
  const hex = digest.toString('hex', 0, 16);
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}

import { type SentRequest, sentOrder } from '../events.ts';

/** A request that must end as a problem document with this status, naming this field. */
export interface BadRequest {
  readonly name: string;
  readonly request: SentRequest;
  readonly status: number;
  readonly field: string;
}

/** A value as the name of a case shows it. */
export const show = (value: unknown) => {
  const text = JSON.stringify(value) ?? String(value);
  return text.length > 200 ? `${text.slice(0, 60)}… (${text.length} characters)` : text;
};
/** `POST /order` with this body. */
export const post = (body: string | Uint8Array, headers: Record<string, string> = {}): SentRequest => ({
  method: 'POST',
  path: '/order',
  headers: { 'Content-Type': 'application/json', ...headers },
  body,
});
/** `POST /order` with an order that is valid but for `changes`. */
export const postOrder = (changes: Record<string, unknown>) => post(JSON.stringify({ order: sentOrder(changes) }));
/** The details of a valid order. */
export const details = sentOrder().details as Record<string, unknown>;

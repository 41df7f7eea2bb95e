import { type Order, orderSubject } from '../../domain/order/order.ts';
import { OrderPlaced } from '../../domain/order/order-placed.ts';
import { fitting } from '../runtime/answer-size.ts';
import { type AppendFailure, type AppendOutcome, appendInOrder } from '../runtime/append-in-order.ts';
import type { EventStream, OutgoingRecord } from '../runtime/event-stream.ts';
import {
  bodyText,
  errorBytes,
  explain,
  httpHandler,
  invalid,
  json,
  Problem,
  readHeader,
  type TimeLeft,
} from '../runtime/http.ts';
import { log } from '../runtime/logging.ts';
import { eventIdUnderKey, newEventId } from './event-id.ts';
import { type InvalidOrder, type ReadOrder, readOrders } from './read-orders.ts';

/** Where time and new ids come from. */
export interface Origin {
  now(): Date;
  newId(): string;
}

/**
 * The largest event, in bytes of JSON. As a DynamoDB item it is at most half as large again, which leaves room below
 * 400 KB for the item's own attributes; Kinesis takes 1 MiB.
 */
export const maxEventBytes = 200_000;

/**
 * A call's last wait before another try is not cut short, and API Gateway's 29 seconds, unlike the function's, hold the
 * start of a new environment.
 */
const answeringMs = 3_000;

/** An order of the post, ready for the stream. */
interface Outgoing extends OutgoingRecord {
  readonly index: number;
  readonly eventId: string;
}

type Refused =
  | { readonly index: number; readonly reason: AppendFailure; readonly retryable: true }
  | { readonly index: number; readonly reason: string; readonly retryable: false; readonly errors: unknown };

/**
 * `POST /order` -> `OrderPlaced` on the stream, in the order of the post for each account and vendor. 202 once at least
 * one order lies there, with what became of each and how to send again what the stream did not take; 422 where all are
 * invalid; 503 where the stream took none.
 */
export const ingestOrder = (stream: EventStream, origin: Origin = { now: () => new Date(), newId: newEventId }) =>
  httpHandler(async (request, timeLeft) => {
    const key = readHeader(request, 'Idempotency-Key');
    const { outgoing, invalidOrders } = prepare(readOrders(bodyText(request)), key, origin);
    const refused = invalidOrders.map((order) => refusal(order, errorBytes / invalidOrders.length));
    if (outgoing.length === 0) throw invalid(refused.flatMap(({ errors }) => errors));
    const deadline = outgoing.length === 1 ? undefined : deadlineOf(timeLeft);
    return answer(outgoing, await appendInOrder(stream, outgoing, { deadline }), refused, key);
  });

/** When there is just time left to answer: what the function is killed over is told to nobody. */
const deadlineOf = (timeLeft: TimeLeft) =>
  timeLeft && AbortSignal.timeout(Math.max(0, timeLeft.getRemainingTimeInMillis() - answeringMs));

/** Tells as much of what is wrong with an order as fits into its share of the answer. */
const refusal = ({ index, errors }: InvalidOrder, bytes: number) =>
  ({ index, reason: explain(errors), retryable: false, errors: fitting(errors, bytes) }) as const;

function prepare(orders: readonly ReadOrder[], key: string | undefined, origin: Origin) {
  const time = origin.now().toISOString();
  const outgoing: Outgoing[] = [];
  const invalidOrders: InvalidOrder[] = [];
  for (const read of orders) {
    if ('errors' in read) {
      invalidOrders.push(read);
      continue;
    }
    const { index, field, order } = read;
    const eventId = key === undefined ? origin.newId() : eventIdUnderKey(key, index, order);
    const record = toRecord(order, eventId, time);
    if (record.data.length <= maxEventBytes) outgoing.push({ index, eventId, ...record });
    else
      invalidOrders.push({
        index,
        field,
        errors: [{ field, detail: `must be at most ${maxEventBytes} bytes as an event in JSON` }],
      });
  }
  return { outgoing, invalidOrders };
}

function toRecord(order: Order, id: string, time: string): OutgoingRecord {
  const subject = orderSubject(order);
  const event = OrderPlaced.create({ id, source: '/orders', subject, time, data: order });
  return { partitionKey: subject, data: Buffer.from(JSON.stringify(event)) };
}

function answer(
  outgoing: readonly Outgoing[],
  outcomes: readonly AppendOutcome[],
  invalidOrders: readonly Refused[],
  key: string | undefined,
) {
  const accepted: unknown[] = [];
  const failed: Refused[] = [];
  outgoing.forEach(({ index, eventId }, place) => {
    const outcome = outcomes[place] as AppendOutcome;
    if ('failure' in outcome) failed.push({ index, reason: outcome.failure, retryable: true });
    else accepted.push({ index, eventId, shardId: outcome.shardId, sequenceNumber: outcome.sequenceNumber });
  });
  const refused = [...invalidOrders, ...failed].sort((a, b) => a.index - b.index);
  if (failed.length === 0) return json(202, { accepted, refused });
  logFailures(outcomes);
  const detail = howToSendAgain(key);
  if (accepted.length > 0) return json(202, { accepted, refused, detail });
  throw new Problem('unavailable', `The stream took none of the orders. ${detail}`, { refused, retryAfterSeconds: 1 });
}

/** An event's id is of the key and of the order's place in the post. */
const howToSendAgain = (key: string | undefined) =>
  key === undefined
    ? 'What is refused as retryable may lie on the stream: sent again without an Idempotency-Key, it may be there twice.'
    : 'Send the whole post again under its Idempotency-Key: an order sent without the others is another event.';

function logFailures(outcomes: readonly AppendOutcome[]): void {
  const failures = outcomes.filter((outcome) => 'failure' in outcome);
  const byReason = Map.groupBy(failures, ({ failure }) => failure);
  const reasons = Object.fromEntries([...byReason].map(([reason, { length }]) => [reason, length]));
  log.error('orders not put on the stream', { reasons, error: failures.find(({ error }) => error)?.error });
}

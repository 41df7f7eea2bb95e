import * as z from 'zod/mini';
import { amountOf } from '../../domain/money.ts';
import { fieldProblems } from '../../domain/problem.ts';
import { log } from '../runtime/logging.ts';
import { type Origin, type StoreEvent, storeEvents } from './store-events.ts';

/** The bus of the stores. */
export interface StoreBus {
  /** Puts at most ten events, and says of each whether the bus took it. */
  put(events: readonly StoreEvent[]): Promise<boolean[]>;
}

/** What it answers, as its users have known it: `tot_sales` is the sum of the sales that the bus took. */
export interface Produced {
  readonly message: {
    /** Whether the bus took every event. */
    readonly status: boolean;
    /** Sales that the bus took. */
    readonly record_count: number;
    readonly tot_sales: number;
    /** Why not; only where `status` is false. */
    readonly error?: string;
  };
}

const eventsPerCall = 10; // https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutEvents.html
const concurrentCalls = 4;
const attempts = 5;
/** Played by the second, the stores sell as much together as on a busy morning. */
const salesPerSecond = 20;

const whole = (min: number, max: number) => {
  const message = `must be a whole number from ${min} to ${max}`;
  return z.optional(z.int(message).check(z.gte(min, message), z.lte(max, message)));
};
const Request = z
  .strictObject(
    {
      /** How many sales. */
      events: whole(1, 100_000),
      /** For how long, at 20 sales a second; a minute, where nothing is said. */
      seconds: whole(1, 840),
      /** Over how many minutes before now the sales are spread. */
      lateMinutes: whole(0, 10_000),
    },
    'must be an object',
  )
  .check(
    z.refine(({ events, seconds }) => events === undefined || seconds === undefined, {
      path: ['seconds'],
      message: 'must not be given with events',
    }),
  );

/**
 * Plays store_1 to store_5: `{"events": 1170}` or `{"seconds": 60}` -> the stores' bus, in full calls of ten events,
 * those refused with the next ones. Every tenth sale is followed by an inventory event, which is not counted.
 */
export const produceSales =
  (bus: StoreBus, origin: Origin) =>
  async (value: unknown): Promise<Produced> => {
    const request = Request.safeParse(value ?? {});
    if (!request.success) {
      const problems = fieldProblems(request.error.issues, []).map(({ field, detail }) => `${field} ${detail}`.trim());
      return { message: { status: false, record_count: 0, tot_sales: 0, error: problems.join('; ') } };
    }
    const { events, seconds = 60, lateMinutes = 0 } = request.data;
    const sales = events ?? seconds * salesPerSecond;
    const paceMs = events === undefined ? (1_000 * eventsPerCall) / salesPerSecond : 0;
    const sent = await send(bus, storeEvents(sales, lateMinutes, origin), paceMs, origin);
    log.info('sales produced', { sales: sent.sales, refused: sent.refused });
    const message = { status: sent.refused === 0, record_count: sent.sales, tot_sales: amountOf(sent.cents) };
    return { message: sent.refused === 0 ? message : { ...message, error: `the bus refused ${sent.refused} events` } };
  };

async function send(bus: StoreBus, events: Iterator<StoreEvent>, paceMs: number, origin: Origin) {
  const sent = { sales: 0, cents: 0, refused: 0 };
  const again: { event: StoreEvent; failures: number }[] = [];
  const begunAt = origin.now().getTime();
  let calls = 0;
  const nextCall = () => {
    const batch = again.splice(0, eventsPerCall);
    while (batch.length < eventsPerCall) {
      const { done, value } = events.next();
      if (done) break;
      batch.push({ event: value, failures: 0 });
    }
    return batch;
  };
  const work = async () => {
    for (let batch = nextCall(); batch.length > 0; batch = nextCall()) {
      const waitMs = begunAt + paceMs * calls++ - origin.now().getTime();
      if (waitMs > 0) await origin.sleep(waitMs);
      const taken = await bus.put(batch.map(({ event }) => event));
      let mostFailures = 0;
      batch.forEach(({ event, failures }, place) => {
        if (taken[place]) {
          if (event.detailType === 'sales-events') sent.sales++;
          sent.cents += event.cents;
        } else if (failures + 1 < attempts) {
          again.push({ event, failures: failures + 1 });
          mostFailures = Math.max(mostFailures, failures + 1);
        } else sent.refused++;
      });
      if (mostFailures > 0) await origin.sleep(50 * 2 ** (mostFailures - 1));
    }
  };
  await Promise.all(Array.from({ length: paceMs > 0 ? 1 : concurrentCalls }, work));
  return sent;
}

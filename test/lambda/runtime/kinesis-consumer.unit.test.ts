import type { KinesisStreamBatchResponse } from 'aws-lambda';
import fc from 'fast-check';
import { OrderPlaced } from '../../../domain/order/order-placed.ts';
import { kinesisConsumer, maxConcurrentKeys } from '../../../lambda/runtime/kinesis-consumer.ts';
import { kinesisEvent, orderPlaced, sequenceNumber } from '../../support/events.ts';

beforeEach(() => {
  jest.spyOn(console, 'info').mockImplementation(() => {});
  jest.spyOn(console, 'error').mockImplementation(() => {});
});
afterEach(() => jest.restoreAllMocks());

const lowest = ({ batchItemFailures }: KinesisStreamBatchResponse) =>
  batchItemFailures.map(({ itemIdentifier }) => itemIdentifier);

describe('a Kinesis consumer', () => {
  it('keeps the order of each key, tries nothing of a key after its failure, and reports or throws as it should', async () => {
    const vendors = fc.constantFrom('v1', 'v2', 'v3', 'v4');
    const batch = fc.array(fc.record({ vendorid: vendors, fails: fc.boolean(), turns: fc.nat({ max: 3 }) }), {
      minLength: 1,
      maxLength: 60,
    });
    await fc.assert(
      fc.asyncProperty(batch, async (plan) => {
        const tried: number[] = [];
        const running = new Set<string>();
        const consume = kinesisConsumer([OrderPlaced], async (event, at) => {
          const place = Number(event.id);
          expect(at).toBe(sequenceNumber(place));
          expect(running.has(event.subject)).toBe(false);
          running.add(event.subject);
          tried.push(place);
          const { fails, turns } = plan[place] as (typeof plan)[number];
          for (let turn = 0; turn < turns; turn++) await undefined;
          running.delete(event.subject);
          if (fails) throw new Error(`${place}`);
        });
        const result = await consume(
          kinesisEvent(plan.map(({ vendorid }, n) => orderPlaced(String(n), { vendorid }))),
        ).catch((error: Error) => error);

        for (const vendor of ['v1', 'v2', 'v3', 'v4']) {
          const places = plan.flatMap(({ vendorid }, n) => (vendorid === vendor ? [n] : []));
          const failed = places.findIndex((place) => plan[place]?.fails);
          const expected = failed < 0 ? places : places.slice(0, failed + 1);
          expect(tried.filter((place) => plan[place]?.vendorid === vendor)).toEqual(expected);
        }
        const firstFailure = plan.findIndex(({ fails }) => fails);
        if (firstFailure === 0 && plan.length > 1) expect(result).toBeInstanceOf(Error);
        else
          expect(lowest(result as KinesisStreamBatchResponse)).toEqual(
            firstFailure < 0 ? [] : [sequenceNumber(firstFailure)],
          );
      }),
    );
  });

  it('works on different keys side by side, on a bounded number of them', async () => {
    let running = 0;
    let most = 0;
    const consume = kinesisConsumer([OrderPlaced], async () => {
      most = Math.max(most, ++running);
      await new Promise(setImmediate);
      running--;
    });
    await consume(kinesisEvent(Array.from({ length: 200 }, (_, n) => orderPlaced(String(n), { vendorid: `v${n}` }))));
    expect(most).toBe(maxConcurrentKeys);
  });

  it('throws when the first of several records fails, so that the batch is halved, and says why', async () => {
    const consume = kinesisConsumer([OrderPlaced], () => {});
    await expect(consume(kinesisEvent(['{', orderPlaced('e1')]))).rejects.toMatchObject({
      cause: { code: 'not-json' },
    });
  });

  it('reports a poison record that is alone', async () => {
    const consume = kinesisConsumer([OrderPlaced], () => {});
    expect(lowest(await consume(kinesisEvent(['{'])))).toEqual([sequenceNumber(0)]);
  });

  it('answers an empty batch with no failure', async () => {
    expect(lowest(await kinesisConsumer([OrderPlaced], () => {})({ Records: [] }))).toEqual([]);
  });

  it.each<[string, string | Uint8Array, string]>([
    ['no JSON', 'coffee', 'not-json'],
    ['nothing', '', 'not-json'],
    ['no UTF-8', Buffer.from([0x22, 0xff, 0x22]), 'not-json'],
    ['no event', '{"order":{}}', 'no-envelope'],
    ['another event', JSON.stringify({ ...orderPlaced('e1'), type: 'OrderEaten' }), 'unknown-type'],
    [
      'an unknown version',
      JSON.stringify({ ...orderPlaced('e1'), dataschema: 'urn:event-sourcing:OrderPlaced:9' }),
      'unknown-version',
    ],
    ['bad data', JSON.stringify({ ...orderPlaced('e1'), data: { accountid: 'a1' } }), 'bad-data'],
  ])('fails a record that holds %s, and logs the reason once, without the record', async (_name, data, reason) => {
    const consume = kinesisConsumer([OrderPlaced], () => {});
    const batch = kinesisEvent([orderPlaced('e0'), data, orderPlaced('e2')]);

    expect(lowest(await consume(batch))).toEqual([sequenceNumber(1)]);
    expect(jest.mocked(console.error).mock.calls).toEqual([
      [
        {
          message: 'record failed',
          eventID: `shardId-000000000000:${sequenceNumber(1)}`,
          partitionKey: 'garbage',
          error: expect.objectContaining({ code: reason }),
        },
      ],
    ]);
    expect(jest.mocked(console.info)).toHaveBeenCalledTimes(1);
  });
});

import type { FirehoseTransformationEvent } from 'aws-lambda';
import fc from 'fast-check';
import { archiveEvent } from '../../../lambda/archive-event/archive-event.ts';
import { ArchivedRecord } from '../../../lambda/stores/archived-record.ts';
import { sequenceNumber } from '../../support/events.ts';

const eventOf = (records: FirehoseTransformationEvent['records']): FirehoseTransformationEvent => ({
  invocationId: 'i',
  deliveryStreamArn: 'arn:aws:firehose:us-east-1:000000000000:deliverystream/d',
  region: 'us-east-1',
  records,
});
const recordOf = (place: number, data: Uint8Array, partitionKey = 'a1/v1') => ({
  recordId: `r${place}`,
  approximateArrivalTimestamp: 1_795_000_000_123,
  data: Buffer.from(data).toString('base64'),
  kinesisRecordMetadata: {
    shardId: 'shardId-000000000002' as const,
    partitionKey,
    approximateArrivalTimestamp: 1_795_000_000_123,
    sequenceNumber: sequenceNumber(place),
    subsequenceNumber: '',
  },
});
const textOf = (data: string) => Buffer.from(data, 'base64').toString();

describe('archive-event', () => {
  it('makes one line of a record, with its place on the stream', async () => {
    const { records } = await archiveEvent()(eventOf([recordOf(7, Buffer.from('{"a":1}'))]));
    expect(records).toEqual([{ recordId: 'r7', result: 'Ok', data: expect.any(String) }]);
    expect(textOf(records[0]?.data ?? '')).toBe(
      `${JSON.stringify({
        partitionKey: 'a1/v1',
        sequenceNumber: sequenceNumber(7),
        shardId: 'shardId-000000000002',
        arrivedAt: 1_795_000_000_123,
        data: Buffer.from('{"a":1}').toString('base64'),
      })}\n`,
    );
  });

  it('keeps every record whole, whatever it holds, each on a line of its own', () =>
    fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(fc.uint8Array(), fc.string({ unit: 'grapheme', minLength: 1 })), { maxLength: 20 }),
        async (contents) => {
          const { records } = await archiveEvent()(eventOf(contents.map(([data, key], n) => recordOf(n, data, key))));
          const lines = records
            .map(({ data }) => textOf(data ?? ''))
            .join('')
            .split('\n');
          expect(lines.pop()).toBe('');
          expect(lines.map((line) => ArchivedRecord.parse(JSON.parse(line)))).toEqual(
            contents.map(([data, partitionKey], n) =>
              expect.objectContaining({
                partitionKey,
                sequenceNumber: sequenceNumber(n),
                data: Buffer.from(data).toString('base64'),
              }),
            ),
          );
        },
      ),
      { numRuns: 40 },
    ));

  it('lets Firehose keep a record that comes from no stream elsewhere, and its neighbours pass', async () => {
    const said = jest.spyOn(console, 'error').mockImplementation(() => {});
    const { kinesisRecordMetadata: _, ...direct } = recordOf(1, Buffer.from('x'));
    const { records } = await archiveEvent()(eventOf([direct, recordOf(2, Buffer.from('y'))]));
    expect(records.map(({ result }) => result)).toEqual(['ProcessingFailed', 'Ok']);
    expect(records[0]?.data).toBe(direct.data);
    said.mockRestore();
  });

  it('answers with less than 6 MB to what Firehose gathers: 1 MB', async () => {
    const gathered = Array.from({ length: 2_000 }, (_, n) => recordOf(n, Buffer.alloc(500)));
    expect(JSON.stringify(await archiveEvent()(eventOf(gathered))).length).toBeLessThan(6_000_000);
    const one = [recordOf(1, Buffer.alloc(1_048_576))];
    expect(JSON.stringify(await archiveEvent()(eventOf(one))).length).toBeLessThan(6_000_000);
  });
});

import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { KinesisEventWriter } from '../../../local/event-source-mapping/kinesis-event.ts';

const writer = new KinesisEventWriter({
  shardId: 'shardId-000000000006',
  region: 'us-east-1',
  eventSourceArn: 'arn:aws:kinesis:us-east-1:000000000000:stream/orders',
  roleArn: 'arn:aws:iam::000000000000:role/consumer',
});
const record = { sequenceNumber: '4959', partitionKey: 'a1/v1', data: 'aGk=', arrivedAtMs: 1_545_084_650_987 };

describe('a Kinesis event', () => {
  it('has the fields of AWS in the order of AWS', () => {
    expect(writer.event([record])).toBe(
      '{"Records":[{"kinesis":{"kinesisSchemaVersion":"1.0","partitionKey":"a1/v1","sequenceNumber":"4959","data":"aGk=",' +
        '"approximateArrivalTimestamp":1545084650.987},"eventSource":"aws:kinesis","eventVersion":"1.0",' +
        '"eventID":"shardId-000000000006:4959","eventName":"aws:kinesis:record",' +
        '"invokeIdentityArn":"arn:aws:iam::000000000000:role/consumer","awsRegion":"us-east-1",' +
        '"eventSourceARN":"arn:aws:kinesis:us-east-1:000000000000:stream/orders"}]}',
    );
  });

  it('carries its window after its records', () => {
    const event = writer.event([], {
      window: { startMs: Date.UTC(2020, 11, 9, 7, 4), endMs: Date.UTC(2020, 11, 9, 7, 6) },
      state: '{"1":282}',
      isFinalInvokeForWindow: true,
      isWindowTerminatedEarly: false,
    });

    expect(event).toBe(
      '{"Records":[],"window":{"start":"2020-12-09T07:04:00Z","end":"2020-12-09T07:06:00Z"},"state":{"1":282},' +
        '"shardId":"shardId-000000000006","eventSourceARN":"arn:aws:kinesis:us-east-1:000000000000:stream/orders",' +
        '"isFinalInvokeForWindow":true,"isWindowTerminatedEarly":false}',
    );
  });

  it('never takes more bytes than it was said to', () => {
    const anyRecord = fc.record({
      sequenceNumber: fc.bigInt({ min: 1n, max: 10n ** 56n }).map(String),
      partitionKey: fc.string({ unit: 'grapheme', minLength: 1, maxLength: 40 }),
      data: fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.from(bytes).toString('base64')),
      arrivedAtMs: fc.integer({ min: 1_000_000_000_000, max: 9_999_999_999_999 }),
    });
    fc.assert(
      fc.property(fc.array(anyRecord, { maxLength: 5 }), (records) => {
        const event = writer.event(records);
        const announced = records.reduce((bytes, each) => bytes + writer.bytesOf(each), writer.envelopeBytes());

        expect(Buffer.byteLength(event)).toBeLessThanOrEqual(announced);
        expect(
          JSON.parse(event).Records.map((each: { kinesis: { partitionKey: string; data: string } }) => each.kinesis),
        ).toMatchObject(
          records.map(({ partitionKey, data, sequenceNumber }) => ({ partitionKey, data, sequenceNumber })),
        );
      }),
    );
  });
});

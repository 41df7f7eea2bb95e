import { describe, expect, it } from '@jest/globals';
import { onFailureKey, onFailureRecord } from '../../../local/event-source-mapping/on-failure-record.ts';
import { sourceKindOf } from '../../../local/event-source-mapping/source-kind.ts';

const nowMs = Date.UTC(2026, 1, 3, 4, 5, 6, 789);
const context = {
  functionArn: 'arn:aws:lambda:us-east-1:000000000000:function:f',
  streamArn: 'arn:aws:kinesis:us-east-1:000000000000:stream/s',
  shardId: 'shardId-000000000000',
  batchInfo: sourceKindOf('arn:aws:kinesis:us-east-1:000000000000:stream/s').batchInfo,
};
const record = (sequenceNumber: string, arrivedAtMs: number) => ({ sequenceNumber, partitionKey: 'k', arrivedAtMs });
const records = [record('1', nowMs - 2_000), record('2', nowMs - 1_000)];
const stamp = { nowMs, requestId: '5d1b' };

describe('an invocation record', () => {
  it('has the fields of AWS in the order of AWS, the payload as an escaped string', () => {
    const text = onFailureRecord(
      { records, condition: 'RetryAttemptsExhausted', approximateInvokeCount: 3, functionError: 'Unhandled' },
      context,
      stamp,
      '{"Records":[]}',
    );

    expect(text).toBe(
      '{"requestContext":{"requestId":"5d1b","functionArn":"arn:aws:lambda:us-east-1:000000000000:function:f",' +
        '"condition":"RetryAttemptsExhausted","approximateInvokeCount":3},' +
        '"responseContext":{"statusCode":200,"executedVersion":"$LATEST","functionError":"Unhandled"},' +
        '"version":"1.0","timestamp":"2026-02-03T04:05:06.789Z",' +
        '"KinesisBatchInfo":{"shardId":"shardId-000000000000","startSequenceNumber":"1","endSequenceNumber":"2",' +
        '"approximateArrivalOfFirstRecord":"2026-02-03T04:05:04.789Z",' +
        '"approximateArrivalOfLastRecord":"2026-02-03T04:05:05.789Z","batchSize":2,' +
        '"streamArn":"arn:aws:kinesis:us-east-1:000000000000:stream/s"},"payload":"{\\"Records\\":[]}"}',
    );
  });

  it('§4 of a DynamoDB stream has times without milliseconds, under a name of its own', () => {
    const streamArn = 'arn:aws:dynamodb:us-east-1:000000000000:table/t/stream/2026-01-01T00:00:00.000';
    const given = { records, condition: 'RecordAgeExceeded', approximateInvokeCount: 1 } as const;
    const from = { ...context, streamArn, batchInfo: sourceKindOf(streamArn).batchInfo };

    expect(JSON.parse(onFailureRecord(given, from, stamp)).DDBStreamBatchInfo).toEqual({
      shardId: 'shardId-000000000000',
      startSequenceNumber: '1',
      endSequenceNumber: '2',
      approximateArrivalOfFirstRecord: '2026-02-03T04:05:04Z',
      approximateArrivalOfLastRecord: '2026-02-03T04:05:05Z',
      batchSize: 2,
      streamArn,
    });
  });

  it('says null where the function answered', () => {
    const given = {
      records,
      condition: 'RetryAttemptsExhausted',
      approximateInvokeCount: 1,
      functionError: null,
    } as const;

    expect(JSON.parse(onFailureRecord(given, context, stamp)).responseContext.functionError).toBeNull();
  });

  it('has no response context where records were too old', () => {
    const given = { records, condition: 'RecordAgeExceeded', approximateInvokeCount: 1 } as const;

    expect(Object.keys(JSON.parse(onFailureRecord(given, context, stamp)))).toEqual([
      'requestContext',
      'version',
      'timestamp',
      'KinesisBatchInfo',
    ]);
  });

  it('lies under mapping, shard, day and time, in UTC', () => {
    expect(onFailureKey('11bb', 'shardId-000000000000', nowMs, '22cc')).toBe(
      'aws/lambda/11bb/shardId-000000000000/2026/02/03/2026-02-03T04.05.06-22cc',
    );
  });
});

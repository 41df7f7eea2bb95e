import { describe, expect, it } from '@jest/globals';
import { StartError } from '../../../local/start-error.ts';
import { startLocal } from '../../../local/start-local.ts';
import { type ProbeResource, writeAssembly } from '../../support/assembly.ts';

const mapping = (properties: Record<string, unknown> = {}): ProbeResource => ({
  Type: 'AWS::Lambda::EventSourceMapping',
  Properties: {
    EventSourceArn: { 'Fn::GetAtt': ['Stream', 'Arn'] },
    FunctionName: { Ref: 'Function' },
    StartingPosition: 'LATEST',
    ...properties,
  },
});
const filter = (pattern: string) => ({ FilterCriteria: { Filters: [{ Pattern: pattern }] } });
const onFailure = (destination: string) => ({ DestinationConfig: { OnFailure: { Destination: destination } } });

/** Starts a stream, a function and these mappings; answers with what is said at start. */
const start = async (mappings: Record<string, ProbeResource>): Promise<string[]> => {
  const log: string[] = [];
  const Resources: Record<string, ProbeResource> = {
    Stream: { Type: 'AWS::Kinesis::Stream', Properties: { ShardCount: 1 } },
    Function: {
      Type: 'AWS::Lambda::Function',
      Properties: {
        Code: { ZipFile: 'exports.handler = async () => {};' },
        Handler: 'index.handler',
        Runtime: 'nodejs24.x',
        Role: 'arn:aws:iam::000000000000:role/probe',
      },
    },
    ...mappings,
  };
  const stack = await startLocal({ assembly: writeAssembly({ Resources }), log: (line) => log.push(line) });
  await stack.close();
  return log;
};

const refusal = async (mappings: Record<string, ProbeResource>): Promise<string> => {
  const error = await start(mappings).then(
    () => new Error('started'),
    (reason) => reason,
  );
  expect(error).toBeInstanceOf(StartError);
  return error.message;
};

const dynamoDb = {
  EventSourceArn: 'arn:aws:dynamodb:us-east-1:000000000000:table/t/stream/2026-01-01T00:00:00.000',
};

describe('an event source mapping', () => {
  it.each<[string, Record<string, unknown>, string]>([
    ['§1.1 a batch size below 1', { BatchSize: 0 }, 'BatchSize'],
    ['§1.1 a batch size above 10,000', { BatchSize: 10_001 }, 'BatchSize'],
    ['§1.1 a batch size that is no number', { BatchSize: 'many' }, 'BatchSize'],
    ['§1.1 a batching window above 300 s', { MaximumBatchingWindowInSeconds: 301 }, 'MaximumBatchingWindowInSeconds'],
    ['§1.1 a parallelization factor of 0', { ParallelizationFactor: 0 }, 'ParallelizationFactor'],
    ['§1.1 a parallelization factor above 10', { ParallelizationFactor: 11 }, 'ParallelizationFactor'],
    ['§1.1 retries below -1', { MaximumRetryAttempts: -2 }, 'MaximumRetryAttempts'],
    ['§1.1 more than 10,000 retries', { MaximumRetryAttempts: 10_001 }, 'MaximumRetryAttempts'],
    ['§1.1 a maximum age below a minute', { MaximumRecordAgeInSeconds: 59 }, 'MaximumRecordAgeInSeconds'],
    ['§1.1 a maximum age above a week', { MaximumRecordAgeInSeconds: 604_801 }, 'MaximumRecordAgeInSeconds'],
    ['§1.1 a window above 900 s', { TumblingWindowInSeconds: 901 }, 'TumblingWindowInSeconds'],
    ['§1.3 windows in lanes', { TumblingWindowInSeconds: 10, ParallelizationFactor: 2 }, 'TumblingWindowInSeconds'],
    ['§1.1 another response type', { FunctionResponseTypes: ['Everything'] }, 'FunctionResponseTypes'],
    ['§1.1 no starting position', { StartingPosition: undefined }, 'StartingPosition'],
    ['§1.1 an unknown starting position', { StartingPosition: 'MIDDLE' }, 'StartingPosition'],
    ['§1.1 a timestamp with LATEST', { StartingPositionTimestamp: 1 }, 'StartingPositionTimestamp'],
    ['§1.1 AT_TIMESTAMP without one', { StartingPosition: 'AT_TIMESTAMP' }, 'StartingPositionTimestamp'],
    [
      '§1.1 a timestamp in the future',
      { StartingPosition: 'AT_TIMESTAMP', StartingPositionTimestamp: 99_999_999_999 },
      'must not lie in the future',
    ],
    ['§2 a filter that is no JSON', filter('type = a'), 'Filters[0].Pattern: Invalid filter pattern definition.'],
    ['§2.1 a filter without a list', filter('{"data":{"type":"a"}}'), '"type" must be an object or an array'],
    ['§2.1 a filter with an empty list', filter('{"data":{"type":[]}}'), 'Empty arrays are not allowed'],
    ['§2.1 an unknown operator', filter('{"data":{"n":[{"NUMERIC":["=",1]}]}}'), 'Unrecognized match type NUMERIC'],
    ['§2 a filter on the partition key', filter('{"partitionKey":["a"]}'), 'filter on data only'],
    ['§1.1 an SNS topic as destination', onFailure('arn:aws:sns:us-east-1:000000000000:t'), 'Destination'],
    ['§1.8 a FIFO queue as destination', onFailure('arn:aws:sqs:us-east-1:000000000000:q.fifo'), 'Destination'],
    [
      '§4 a DynamoDB stream from a time',
      { ...dynamoDb, StartingPosition: 'AT_TIMESTAMP', StartingPositionTimestamp: 1 },
      'StartingPosition: a DynamoDB stream is read from TRIM_HORIZON or LATEST',
    ],
    [
      '§2 a filter on data of a DynamoDB stream',
      { ...dynamoDb, ...filter('{"data":{"a":[1]}}') },
      'FilterCriteria: Filters[0].Pattern: Invalid filter pattern definition. DynamoDB event source mappings filter on',
    ],
    ['§4 a DynamoDB stream that is not there', dynamoDb, 'ECONNREFUSED'],
    [
      'a table as source',
      { EventSourceArn: 'arn:aws:dynamodb:us-east-1:000000000000:table/t' },
      'only Kinesis streams',
    ],
    ['a queue as source', { EventSourceArn: 'arn:aws:sqs:us-east-1:000000000000:q' }, 'only Kinesis streams'],
    ['a property that is not run', { Topics: ['t'] }, 'Topics is not run here'],
    [
      '§1.1 a stream that is not there',
      { EventSourceArn: 'arn:aws:kinesis:us-east-1:000000000000:stream/none' },
      'Stream not found: arn:aws:kinesis:us-east-1:000000000000:stream/none',
    ],
    ['a function that is not there', { FunctionName: 'none' }, 'Function not found: none'],
  ])('%s stops the start, by name', async (_, properties, sentence) => {
    const message = await refusal({ Mapping: mapping(properties) });

    expect(message).toContain('Mapping');
    expect(message).toContain(sentence);
  });

  it('§1.1 of the same source and function a second time stops the start', async () => {
    expect(await refusal({ One: mapping(), Two: mapping() })).toMatch(
      /mapping already exists\. Please update or delete the existing mapping with UUID [0-9a-f-]{36}/,
    );
  });

  it('names what has no effect here', async () => {
    const log = await start({
      Mapping: mapping({ MetricsConfig: { Metrics: ['EventCount'] }, Tags: [{ Key: 'k', Value: 'v' }] }),
    });

    expect(log.join('\n')).toContain('AWS::Lambda::EventSourceMapping (MetricsConfig, Tags)');
  });
});

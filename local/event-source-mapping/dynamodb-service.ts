import type { _Record, DynamoDBStreamsClient } from '@aws-sdk/client-dynamodb-streams';
import type { LocalContext } from '../context.ts';
import type { SourceRecord } from './stream-record.ts';
import type { KeptPosition, Page, ReadPosition, ShardDescription, StreamService } from './stream-service.ts';

type Sdk = Pick<
  typeof import('@aws-sdk/client-dynamodb-streams'),
  'DescribeStreamCommand' | 'GetRecordsCommand' | 'GetShardIteratorCommand'
>;

/** A DynamoDB stream, read as Lambda reads it; the SDK is loaded when the first is opened. */
export const openDynamoDbStream = async (context: LocalContext, streamArn: string): Promise<StreamService> => {
  const sdk = await import('@aws-sdk/client-dynamodb-streams');
  const client = new sdk.DynamoDBStreamsClient({
    region: context.region,
    endpoint: context.endpoints.dynamodbStreams,
    credentials: context.credentials,
    requestHandler: { connectionTimeout: 5_000, requestTimeout: 30_000 },
    maxAttempts: 1, // the reader backs off itself, and keeps its place
  });
  return new DynamoDbService(client, sdk, streamArn);
};

class DynamoDbService implements StreamService {
  readonly mostRecords = 1_000;
  private readonly client: DynamoDBStreamsClient;
  private readonly sdk: Sdk;
  private readonly streamArn: string;

  constructor(client: DynamoDBStreamsClient, sdk: Sdk, streamArn: string) {
    this.client = client;
    this.sdk = sdk;
    this.streamArn = streamArn;
  }

  async listShards(): Promise<readonly ShardDescription[]> {
    const shards: ShardDescription[] = [];
    let after: string | undefined;
    do {
      const input = { StreamArn: this.streamArn, ...(after && { ExclusiveStartShardId: after }) };
      const { StreamDescription } = await this.client.send(new this.sdk.DescribeStreamCommand(input));
      shards.push(...(StreamDescription?.Shards ?? []));
      after = StreamDescription?.LastEvaluatedShardId;
    } while (after);
    return shards;
  }

  async retentionMs(): Promise<number> {
    return 24 * 3_600_000;
  }

  /**
   * Of a record that is gone for its age, or of a time, which these streams can't be asked for: the oldest there is.
   */
  async iterator(shardId: string, position: ReadPosition): Promise<string> {
    const oldest = () => this.newIterator(shardId, { ShardIteratorType: 'TRIM_HORIZON' });
    if (position === 'TRIM_HORIZON' || 'sinceMs' in position) return oldest();
    const after = { ShardIteratorType: 'AFTER_SEQUENCE_NUMBER', SequenceNumber: position.after } as const;
    return this.newIterator(shardId, after).catch((error: Error) => {
      if (error.name === 'TrimmedDataAccessException') return oldest();
      throw error;
    });
  }

  /** After the newest record; in a stream that had none yet, where it began. */
  async end(shardId: string, nowMs: number) {
    let position: KeptPosition = { sinceMs: nowMs };
    let iterator = await this.iterator(shardId, 'TRIM_HORIZON');
    for (;;) {
      const { records, next } = await this.getRecords(iterator, this.mostRecords);
      iterator = next ?? '';
      const last = records.at(-1);
      if (last) position = { after: last.sequenceNumber };
      if (!last || !next) return { position, iterator };
    }
  }

  async getRecords(iterator: string, limit: number): Promise<Page> {
    const output = await this.client.send(new this.sdk.GetRecordsCommand({ ShardIterator: iterator, Limit: limit }));
    const records = (output.Records ?? []).map((record) => recordOf(record, this.streamArn));
    const bytes = records.reduce((sum, { data }) => sum + data.length, 0);
    return {
      records,
      json: (index) => JSON.parse(records[index]?.data ?? 'null'),
      next: output.NextShardIterator,
      more: records.length >= limit || bytes > pageBytes / 2,
    };
  }

  destroy(): void {
    this.client.destroy();
  }

  private async newIterator(
    shardId: string,
    start: Omit<ConstructorParameters<Sdk['GetShardIteratorCommand']>[0], 'ShardId' | 'StreamArn'>,
  ): Promise<string> {
    const input = { StreamArn: this.streamArn, ShardId: shardId, ...start };
    const { ShardIterator = '' } = await this.client.send(new this.sdk.GetShardIteratorCommand(input));
    return ShardIterator;
  }
}

/** What one call brings at most; the answer doesn't say whether it ended for that. */
const pageBytes = 1_048_576;

/** The record as Lambda hands it over, its fields in AWS's order. */
const recordOf = (record: _Record, eventSourceARN: string): SourceRecord => {
  const { eventID, eventName, eventVersion, eventSource, awsRegion, userIdentity, dynamodb = {} } = record;
  const { ApproximateCreationDateTime, Keys, NewImage, OldImage, SequenceNumber = '', SizeBytes } = dynamodb;
  const arrivedAtMs = ApproximateCreationDateTime?.getTime() ?? 0;
  const given = {
    eventID,
    eventName,
    eventVersion,
    eventSource,
    awsRegion,
    dynamodb: {
      ApproximateCreationDateTime: arrivedAtMs / 1_000,
      Keys,
      NewImage,
      OldImage,
      SequenceNumber,
      SizeBytes,
      StreamViewType: dynamodb.StreamViewType,
    },
    userIdentity,
    eventSourceARN,
  };
  const partitionKey = JSON.stringify(Keys, bytesAsBase64);
  return { sequenceNumber: SequenceNumber, partitionKey, arrivedAtMs, data: JSON.stringify(given, bytesAsBase64) };
};

const bytesAsBase64 = (_: string, value: unknown): unknown =>
  value instanceof Uint8Array
    ? Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString('base64')
    : value;

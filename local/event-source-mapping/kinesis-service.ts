import type { KinesisClient } from '@aws-sdk/client-kinesis';
import type { LocalContext } from '../context.ts';
import { seenOfData } from './record-filter.ts';
import type { SourceRecord } from './stream-record.ts';
import type { Page, ReadPosition, ShardDescription, StreamService } from './stream-service.ts';

/** A Kinesis stream, read as Lambda reads it; the SDK is loaded when the first is opened. */
export const openKinesisStream = async (context: LocalContext, streamName: string): Promise<StreamService> => {
  const [kinesis, { NodeHttpHandler }] = await Promise.all([
    import('@aws-sdk/client-kinesis'),
    import('@smithy/node-http-handler'),
  ]);
  const client = new kinesis.KinesisClient({
    region: context.region,
    endpoint: context.endpoints.kinesis,
    credentials: context.credentials,
    requestHandler: new NodeHttpHandler({ connectionTimeout: 5_000, requestTimeout: 30_000 }),
    maxAttempts: 1, // the reader backs off itself, and keeps its place
  });
  return new KinesisService(client, kinesis, streamName);
};

type Sdk = Pick<
  typeof import('@aws-sdk/client-kinesis'),
  'DescribeStreamSummaryCommand' | 'GetRecordsCommand' | 'GetShardIteratorCommand' | 'ListShardsCommand'
>;

export class KinesisService implements StreamService {
  readonly mostRecords = 10_000;
  private readonly client: KinesisClient;
  private readonly sdk: Sdk;
  private readonly streamName: string;

  constructor(client: KinesisClient, sdk: Sdk, streamName: string) {
    this.client = client;
    this.sdk = sdk;
    this.streamName = streamName;
  }

  async listShards(): Promise<readonly ShardDescription[]> {
    const shards: ShardDescription[] = [];
    let next: string | undefined;
    do {
      const input = next ? { NextToken: next } : { StreamName: this.streamName };
      const page = await this.client.send(new this.sdk.ListShardsCommand(input));
      shards.push(...(page.Shards ?? []));
      next = page.NextToken;
    } while (next);
    return shards;
  }

  async retentionMs(): Promise<number> {
    const describe = new this.sdk.DescribeStreamSummaryCommand({ StreamName: this.streamName });
    const { StreamDescriptionSummary } = await this.client.send(describe);
    return (StreamDescriptionSummary?.RetentionPeriodHours ?? 24) * 3_600_000;
  }

  iterator(shardId: string, position: ReadPosition): Promise<string> {
    if (position === 'TRIM_HORIZON') return this.newIterator(shardId, { ShardIteratorType: position });
    if ('sinceMs' in position)
      return this.newIterator(shardId, { ShardIteratorType: 'AT_TIMESTAMP', Timestamp: new Date(position.sinceMs) });
    const StartingSequenceNumber = position.after;
    return this.newIterator(shardId, { ShardIteratorType: 'AFTER_SEQUENCE_NUMBER', StartingSequenceNumber });
  }

  async end(shardId: string, nowMs: number) {
    const iterator = await this.newIterator(shardId, { ShardIteratorType: 'LATEST' });
    return { position: { sinceMs: nowMs }, iterator };
  }

  async getRecords(iterator: string, limit: number): Promise<Page> {
    const output = await this.client.send(new this.sdk.GetRecordsCommand({ ShardIterator: iterator, Limit: limit }));
    const given = output.Records ?? [];
    const records = given.map(
      ({ SequenceNumber, PartitionKey, ApproximateArrivalTimestamp, Data }): SourceRecord => ({
        sequenceNumber: SequenceNumber as string,
        partitionKey: PartitionKey as string,
        arrivedAtMs: (ApproximateArrivalTimestamp as Date).getTime(),
        data: base64(Data as Uint8Array),
      }),
    );
    return {
      records,
      json: (index) => seenOfData(given[index]?.Data as Uint8Array),
      next: output.NextShardIterator ?? undefined,
      more: given.length >= limit || (output.MillisBehindLatest ?? 0) > 0,
    };
  }

  destroy(): void {
    this.client.destroy();
  }

  private async newIterator(
    shardId: string,
    start: Omit<ConstructorParameters<Sdk['GetShardIteratorCommand']>[0], 'ShardId' | 'StreamName'>,
  ): Promise<string> {
    const input = { StreamName: this.streamName, ShardId: shardId, ...start };
    const { ShardIterator = '' } = await this.client.send(new this.sdk.GetShardIteratorCommand(input));
    return ShardIterator;
  }
}

const base64 = (data: Uint8Array): string =>
  Buffer.from(data.buffer, data.byteOffset, data.byteLength).toString('base64');

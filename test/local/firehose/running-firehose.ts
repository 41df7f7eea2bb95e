import { FirehoseClient, PutRecordBatchCommand, PutRecordCommand } from '@aws-sdk/client-firehose';
import {
  DescribeStreamSummaryCommand,
  KinesisClient,
  ListShardsCommand,
  PutRecordsCommand,
  SplitShardCommand,
} from '@aws-sdk/client-kinesis';
import { GetObjectCommand, ListObjectsV2Command, S3Client } from '@aws-sdk/client-s3';
import { NodeHttpHandler } from '@smithy/node-http-handler';
import { type LocalStack, type StartLocalOptions, startLocal } from '../../../local/start-local.ts';
import { clientOf } from '../../support/client-of.ts';
import { eventually } from '../../support/eventually.ts';

/** Delivery streams of a running stack and their bucket, as a client of the SDK sees them. */
export class RunningFirehose {
  readonly stack: Pick<LocalStack, 'environment' | 'outputs'>;
  readonly firehose: FirehoseClient;
  readonly #kinesis: KinesisClient;
  readonly #s3: S3Client;

  constructor(stack: Pick<LocalStack, 'environment' | 'outputs'>) {
    const at = (service: Parameters<typeof clientOf>[1]) => ({ ...clientOf(stack, service), maxAttempts: 1 });
    this.stack = stack;
    this.firehose = new FirehoseClient(at('FIREHOSE'));
    this.#kinesis = new KinesisClient({ ...at('KINESIS'), requestHandler: new NodeHttpHandler() });
    this.#s3 = new S3Client({ ...at('S3'), forcePathStyle: true });
  }

  put(output: string, data: string) {
    const DeliveryStreamName = this.stack.outputs[output];
    return this.firehose.send(new PutRecordCommand({ DeliveryStreamName, Record: { Data: Buffer.from(data) } }));
  }

  putAll(output: string, data: readonly string[]) {
    const Records = data.map((each) => ({ Data: Buffer.from(each) }));
    const DeliveryStreamName = this.stack.outputs[output];
    return this.firehose.send(new PutRecordBatchCommand({ DeliveryStreamName, Records }));
  }

  /** Puts records on the Kinesis stream with this output. */
  async putToStream(output: string, records: readonly { readonly key: string; readonly data: string }[]) {
    const Records = records.map(({ key, data }) => ({ PartitionKey: key, Data: Buffer.from(data) }));
    return this.#kinesis.send(new PutRecordsCommand({ StreamName: this.stack.outputs[output], Records }));
  }

  /** Splits a shard of the Kinesis stream with this output in the middle, and waits until that is done. */
  async split(output: string): Promise<void> {
    const StreamName = this.stack.outputs[output];
    const { Shards: [shard] = [] } = await this.#kinesis.send(new ListShardsCommand({ StreamName }));
    const { StartingHashKey = '0', EndingHashKey = '0' } = shard?.HashKeyRange ?? {};
    const middle = (BigInt(StartingHashKey) + BigInt(EndingHashKey)) / 2n;
    const split = { StreamName, ShardToSplit: shard?.ShardId, NewStartingHashKey: `${middle}` };
    await this.#kinesis.send(new SplitShardCommand(split));
    await eventually(
      async () => {
        const summary = await this.#kinesis.send(new DescribeStreamSummaryCommand({ StreamName }));
        if (summary.StreamDescriptionSummary?.StreamStatus !== 'ACTIVE') throw new Error('still splitting');
      },
      5_000,
      10,
    );
  }

  /** The objects of the bucket `Bucket` whose key begins so, once there are as many. */
  async objects(prefix: string, count: number): Promise<{ key: string; body: Buffer }[]> {
    return eventually(
      async () => {
        const Bucket = this.stack.outputs.Bucket;
        const { Contents = [] } = await this.#s3.send(new ListObjectsV2Command({ Bucket, Prefix: prefix }));
        if (Contents.length < count) throw new Error(`${Contents.length} objects below ${prefix}, not ${count}`);
        return Promise.all(
          Contents.map(async ({ Key = '' }) => {
            const { Body } = await this.#s3.send(new GetObjectCommand({ Bucket, Key }));
            return { key: Key, body: Buffer.from((await Body?.transformToByteArray()) ?? []) };
          }),
        );
      },
      5_000,
      10,
    );
  }

  disconnect(): void {
    for (const client of [this.firehose, this.#kinesis, this.#s3]) client.destroy();
  }
}

/** Runs a stack for as long as `work` takes. */
export const whileRunning = async <T>(
  options: StartLocalOptions,
  work: (firehose: RunningFirehose) => Promise<T>,
): Promise<T> => {
  const stack = await startLocal(options);
  const firehose = new RunningFirehose(stack);
  try {
    return await work(firehose);
  } finally {
    firehose.disconnect();
    await stack.close();
  }
};

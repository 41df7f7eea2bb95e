import {
  CreateStreamCommand,
  DescribeStreamSummaryCommand,
  GetRecordsCommand,
  GetShardIteratorCommand,
  KinesisClient,
  PutRecordCommand,
  type ShardIteratorType,
} from '@aws-sdk/client-kinesis';
import { NodeHttpHandler } from '@smithy/node-http-handler';
import type { Engine } from '../../../local/engines/engine.ts';
import { type OnWrite, startKinesis } from '../../../local/engines/kinesis.ts';
import { eventually } from '../../support/eventually.ts';
import { client, scratchFolder, started } from './scratch.ts';

export const clientOf = (engine: Engine) =>
  new KinesisClient({ ...client, endpoint: engine.url, requestHandler: new NodeHttpHandler() });

export const data = (text: string) => new TextEncoder().encode(text);

/** An engine for the test file, and what its tests do with streams. */
export function useKinesis(onWrite?: OnWrite) {
  const path = scratchFolder();
  let engine: Engine;
  let kinesis: KinesisClient;
  beforeAll(async () => {
    engine = await started(startKinesis({ path, onWrite }));
    kinesis = clientOf(engine);
  });
  afterAll(() => kinesis.destroy());

  const send = ((command: Parameters<KinesisClient['send']>[0]) => kinesis.send(command)) as KinesisClient['send'];

  /** A new, active stream; answers its ARN. */
  async function createStream(StreamName: string, ShardCount = 2): Promise<string> {
    await send(new CreateStreamCommand({ StreamName, ShardCount }));
    return eventually(async () => {
      const { StreamDescriptionSummary: stream } = await send(new DescribeStreamSummaryCommand({ StreamName }));
      expect(stream?.StreamStatus).toBe('ACTIVE');
      return String(stream?.StreamARN);
    });
  }

  const put = (StreamName: string, PartitionKey: string, text = PartitionKey) =>
    send(new PutRecordCommand({ StreamName, PartitionKey, Data: data(text) }));

  async function iteratorOf(
    StreamName: string,
    ShardIteratorType: ShardIteratorType,
    more: object = {},
  ): Promise<string> {
    const input = { StreamName, ShardId: 'shardId-000000000000', ShardIteratorType, ...more };
    return String((await send(new GetShardIteratorCommand(input))).ShardIterator);
  }

  async function read(ShardIterator: string) {
    const { Records = [], NextShardIterator } = await send(new GetRecordsCommand({ ShardIterator }));
    return { texts: Records.map((record) => new TextDecoder().decode(record.Data)), next: NextShardIterator };
  }

  return { path, send, url: () => engine.url, createStream, put, iteratorOf, read };
}

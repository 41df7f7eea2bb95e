import { execFileSync } from 'node:child_process';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import {
  CreateStreamCommand,
  DescribeStreamSummaryCommand,
  GetRecordsCommand,
  GetShardIteratorCommand,
  KinesisClient,
  ListShardsCommand,
} from '@aws-sdk/client-kinesis';
import { NodeHttpHandler } from '@smithy/node-http-handler';
import type { OutgoingRecord } from '../../../lambda/runtime/event-stream.ts';
import { KinesisEventStream } from '../../../lambda/stores/kinesis-event-stream.ts';
import type { Engine } from '../../../local/engines/engine.ts';
import { startKinesis } from '../../../local/engines/kinesis.ts';
import { client, scratchFolder, started } from '../../local/engines/scratch.ts';
import { eventually } from '../../support/eventually.ts';

let engine: Engine;
let kinesis: KinesisClient;
let stream: KinesisEventStream;
const StreamName = 'orders';

beforeAll(async () => {
  engine = await started(startKinesis({ path: scratchFolder() }));
  kinesis = new KinesisClient({ ...client, endpoint: engine.url, requestHandler: new NodeHttpHandler() });
  await kinesis.send(new CreateStreamCommand({ StreamName, ShardCount: 2 }));
  await eventually(async () => {
    const { StreamDescriptionSummary } = await kinesis.send(new DescribeStreamSummaryCommand({ StreamName }));
    expect(StreamDescriptionSummary?.StreamStatus).toBe('ACTIVE');
  });
  stream = new KinesisEventStream(kinesis, StreamName);
});
afterAll(() => kinesis.destroy());

const record = (partitionKey: string, data: string): OutgoingRecord => ({ partitionKey, data: Buffer.from(data) });

/** What lies on the stream under `partitionKey`, oldest first. */
async function textsOf(partitionKey: string): Promise<string[]> {
  const { Shards = [] } = await kinesis.send(new ListShardsCommand({ StreamName }));
  const texts: string[] = [];
  for (const { ShardId } of Shards) {
    const { ShardIterator } = await kinesis.send(
      new GetShardIteratorCommand({ StreamName, ShardId, ShardIteratorType: 'TRIM_HORIZON' }),
    );
    const { Records = [] } = await kinesis.send(new GetRecordsCommand({ ShardIterator }));
    for (const { PartitionKey, Data } of Records) {
      if (PartitionKey === partitionKey) texts.push(Buffer.from(Data ?? []).toString());
    }
  }
  return texts;
}

describe('the event stream', () => {
  it('puts records one behind the other and tells where they lie', async () => {
    const first = await stream.put(record('one', 'a'));
    const second = await stream.put(record('one', 'b'), 'failure' in first ? '' : first.sequenceNumber);
    expect([first, second]).toEqual([
      { shardId: expect.stringMatching(/^shardId-\d{12}$/), sequenceNumber: expect.stringMatching(/^\d{56}$/) },
      { shardId: expect.stringMatching(/^shardId-\d{12}$/), sequenceNumber: expect.stringMatching(/^\d{56}$/) },
    ]);
    expect(await textsOf('one')).toEqual(['a', 'b']);
  });

  it('puts many records and answers in their order, in as many calls as Kinesis wants', async () => {
    const records = [
      ...Array.from({ length: 600 }, (_, n) => record(`many-${n}`, `${n}`)),
      ...Array.from({ length: 12 }, (_, n) => record(`large-${n}`, 'x'.repeat(600_000))),
    ];
    const outcomes = await stream.putAll(records);
    expect(outcomes).toHaveLength(612);
    expect(outcomes.every((outcome) => 'sequenceNumber' in outcome)).toBe(true);
    expect(await textsOf('many-599')).toEqual(['599']);
    expect(await textsOf('large-11')).toEqual(['x'.repeat(600_000)]);
  });

  it('throws where the stream is not there', async () => {
    const none = new KinesisEventStream(kinesis, 'not-there');
    await expect(none.put(record('k', 'a'))).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
    await expect(none.putAll([record('k', 'a'), record('l', 'b')])).rejects.toMatchObject({
      name: 'ResourceNotFoundException',
    });
  });
});

/**
 * A Kinesis that answers every call so, or stays silent; the engine never throttles, never fails and always answers.
 */
async function refusing(
  status: number,
  body: object | undefined,
): Promise<{ stream: KinesisEventStream; calls(): number; close(): void }> {
  let calls = 0;
  const server = createServer((request, response) => {
    calls++;
    request.resume();
    if (body) response.writeHead(status, { 'Content-Type': 'application/x-amz-json-1.1' }).end(JSON.stringify(body));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const refuser = new KinesisClient({
    ...client,
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requestHandler: new NodeHttpHandler({ requestTimeout: body ? 15_000 : 50, throwOnRequestTimeout: true }),
  });
  const close = () => {
    refuser.destroy();
    server.closeAllConnections();
    server.close();
  };
  return { stream: new KinesisEventStream(refuser, StreamName), calls: () => calls, close };
}

describe('the event stream, where Kinesis refuses', () => {
  it.each([
    ['throttled', 400, { __type: 'ProvisionedThroughputExceededException', message: 'Rate exceeded for shard' }],
    ['throttled', 400, { __type: 'KMSThrottlingException', message: 'too many' }],
    ['unavailable', 500, { __type: 'InternalFailure', message: 'Internal Service Failure' }],
    ['timed-out', 200, undefined],
  ])('tells that a record was %s', async (failure, status, body) => {
    const { stream, close } = await refusing(status, body);
    expect(await stream.put(record('k', 'a'))).toMatchObject({ failure });
    expect(await stream.putAll([record('k', 'a'), record('l', 'b')])).toMatchObject([{ failure }, { failure }]);
    close();
  });

  it('tells that nobody knows of a record whose answer did not come in time', async () => {
    const { stream, calls, close } = await refusing(200, undefined);
    const deadlineAt = (call: number): AbortSignal => {
      const deadline = new AbortController();
      void eventually(() => expect(calls()).toBe(call), 10_000, 1).then(() => deadline.abort());
      return deadline.signal;
    };
    expect(await stream.put(record('k', 'a'), undefined, deadlineAt(1))).toMatchObject({ failure: 'timed-out' });
    expect(await stream.putAll([record('k', 'a')], deadlineAt(2))).toMatchObject([{ failure: 'timed-out' }]);
    expect(calls()).toBe(2);
    close();
  });

  it('tells what became of each entry of a call', async () => {
    const { stream, calls, close } = await refusing(200, {
      FailedRecordCount: 2,
      Records: [
        { ErrorCode: 'ProvisionedThroughputExceededException', ErrorMessage: 'Rate exceeded' },
        { SequenceNumber: '49', ShardId: 'shardId-000000000001' },
        { ErrorCode: 'InternalFailure', ErrorMessage: 'Internal Service Failure' },
      ],
    });
    expect(await stream.putAll(['a', 'b', 'c'].map((key) => record(key, key)))).toMatchObject([
      { failure: 'throttled' },
      { shardId: 'shardId-000000000001', sequenceNumber: '49' },
      { failure: 'unavailable' },
    ]);
    expect(calls()).toBe(1);
    close();
  });

  it('tells that nobody knows where the name of Kinesis cannot be resolved for a moment', async () => {
    const error = Object.assign(new Error('getaddrinfo EAI_AGAIN'), { code: 'EAI_AGAIN' });
    const nameless = new KinesisClient({ ...client, requestHandler: { handle: () => Promise.reject(error) } });
    const stream = new KinesisEventStream(nameless, StreamName);
    expect(await stream.put(record('k', 'a'))).toMatchObject({ failure: 'timed-out' });
  });

  it('tells that nobody knows where nobody listens', () => {
    // In a process of its own: under Jest the SDK takes the errors of Node's sockets for no errors at all.
    const script = `
      const { KinesisClient } = await import('@aws-sdk/client-kinesis');
      const { NodeHttpHandler } = await import('@smithy/node-http-handler');
      const { KinesisEventStream } = await import(${JSON.stringify(pathToFileURL(resolve('lambda/stores/kinesis-event-stream.ts')).href)});
      const kinesis = new KinesisClient({ ...${JSON.stringify(client)}, endpoint: 'http://127.0.0.1:1', requestHandler: new NodeHttpHandler() });
      console.log((await new KinesisEventStream(kinesis, 'orders').put({ partitionKey: 'k', data: Buffer.from('a') })).failure);`;
    const answer = execFileSync(process.execPath, ['--input-type=module', '--eval', script], { encoding: 'utf8' });
    expect(answer.trim()).toBe('timed-out');
  });
});

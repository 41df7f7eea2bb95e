import { createDecipheriv } from 'node:crypto';
import { connect } from 'node:net';
import {
  CreateStreamCommand,
  DeleteStreamCommand,
  DescribeStreamCommand,
  DescribeStreamSummaryCommand,
  GetRecordsCommand,
  GetShardIteratorCommand,
  IncreaseStreamRetentionPeriodCommand,
  KinesisClient,
  ListShardsCommand,
  MergeShardsCommand,
  PutRecordCommand,
  PutRecordsCommand,
  type ShardIteratorType,
  SplitShardCommand,
} from '@aws-sdk/client-kinesis';
import { NodeHttpHandler } from '@smithy/node-http-handler';
import type { Engine } from '../../../local/engines/engine.ts';
import { startKinesis } from '../../../local/engines/kinesis.ts';
import { eventually, sideBySide } from '../../support/eventually.ts';
import { client, scratchFolder, started } from './scratch.ts';

const clientOf = (engine: Engine) =>
  new KinesisClient({ ...client, endpoint: engine.url, requestHandler: new NodeHttpHandler() });

const path = scratchFolder();
const writes: (readonly [string, readonly string[]])[] = [];
let engine: Engine;
let kinesis: KinesisClient;

beforeAll(async () => {
  engine = await started(startKinesis({ path, onWrite: (...write) => writes.push(write) }));
  kinesis = clientOf(engine);
});
afterAll(() => kinesis.destroy());

/** A new, active stream; answers its ARN. */
async function createStream(StreamName: string, ShardCount = 2): Promise<string> {
  await kinesis.send(new CreateStreamCommand({ StreamName, ShardCount }));
  return eventually(async () => {
    const { StreamDescriptionSummary: stream } = await kinesis.send(new DescribeStreamSummaryCommand({ StreamName }));
    expect(stream?.StreamStatus).toBe('ACTIVE');
    return String(stream?.StreamARN);
  });
}

const data = (text: string) => new TextEncoder().encode(text);
const put = (StreamName: string, PartitionKey: string, text = PartitionKey) =>
  kinesis.send(new PutRecordCommand({ StreamName, PartitionKey, Data: data(text) }));

async function iteratorOf(
  StreamName: string,
  ShardIteratorType: ShardIteratorType,
  more: object = {},
): Promise<string> {
  const input = { StreamName, ShardId: 'shardId-000000000000', ShardIteratorType, ...more };
  return String((await kinesis.send(new GetShardIteratorCommand(input))).ShardIterator);
}

async function read(ShardIterator: string) {
  const { Records = [], NextShardIterator } = await kinesis.send(new GetRecordsCommand({ ShardIterator }));
  return { texts: Records.map((record) => new TextDecoder().decode(record.Data)), next: NextShardIterator };
}

/** kinesalite's iterators hide their place by a cipher whose key and vector everybody knows. */
function sequenceNumberIn(shardIterator: string): string | undefined {
  const key = Buffer.from('1133a5a833666b49abf28c8ba302930f0b2fb240dccd43cf4dfbc0ca91f17751', 'hex');
  const decipher = createDecipheriv('aes-256-cbc', key, Buffer.from('7bf139dbabbea2d9995d6fcae1dff7da', 'hex'));
  const text = decipher.update(Buffer.from(shardIterator, 'base64').subarray(8));
  return Buffer.concat([text, decipher.final()]).toString().split('/')[3];
}

describe('a stream', () => {
  it('is in the account and region of the local runtime, and active at once', async () => {
    expect(await createStream('account')).toBe('arn:aws:kinesis:us-east-1:000000000000:stream/account');
  });

  it('is found by its ARN alone', async () => {
    const StreamARN = await createStream('by-arn');
    const { Records } = await kinesis.send(
      new PutRecordsCommand({ StreamARN, Records: [{ PartitionKey: 'a', Data: data('one') }] }),
    );
    const ShardId = Records?.[0]?.ShardId;
    expect((await kinesis.send(new ListShardsCommand({ StreamARN }))).Shards).toHaveLength(2);
    expect((await kinesis.send(new DescribeStreamCommand({ StreamARN }))).StreamDescription?.Shards).toHaveLength(2);
    const { ShardIterator } = await kinesis.send(
      new GetShardIteratorCommand({ StreamARN, ShardId, ShardIteratorType: 'TRIM_HORIZON' }),
    );
    expect((await read(String(ShardIterator))).texts).toEqual(['one']);
  });

  it('may have more shards than the engine allows by itself, several streams together', async () => {
    await createStream('wide-1', 40);
    await createStream('wide-2', 40);
    expect((await kinesis.send(new ListShardsCommand({ StreamName: 'wide-2' }))).Shards).toHaveLength(40);
  });

  it('takes a retention longer than the engine knows as the longest it knows', async () => {
    await createStream('long');
    await kinesis.send(new IncreaseStreamRetentionPeriodCommand({ StreamName: 'long', RetentionPeriodHours: 8_760 }));
    const { StreamDescription } = await kinesis.send(new DescribeStreamCommand({ StreamName: 'long' }));
    expect(StreamDescription?.RetentionPeriodHours).toBe(168);
  });
});

describe('onWrite', () => {
  const shardsOf = (stream: string) =>
    new Set(writes.filter(([name]) => name === stream).flatMap(([, shards]) => shards));

  it('hears of a single record with the shard that it went to', async () => {
    await createStream('written');
    const { ShardId } = await put('written', 'a');
    await eventually(() => expect([...shardsOf('written')]).toEqual([ShardId]));
  });

  it('hears of a batch with every shard written to', async () => {
    await createStream('written-batch', 4);
    const keys = Array.from({ length: 100 }, (_, index) => `key-${index}`);
    await kinesis.send(
      new PutRecordsCommand({
        StreamName: 'written-batch',
        Records: keys.map((key) => ({ PartitionKey: key, Data: data(key) })),
      }),
    );
    await eventually(() => expect(shardsOf('written-batch').size).toBe(4));
    expect(writes.filter(([name]) => name === 'written-batch')).toHaveLength(1);
  });

  it('hears nothing of a write that was refused', async () => {
    await expect(put('no-such-stream', 'a')).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
    await put('written', 'b');
    await eventually(() => expect(writes.at(-1)?.[0]).toBe('written'));
    expect(shardsOf('no-such-stream').size).toBe(0);
  });
});

describe('writes that come together', () => {
  it('keep their order by sequence number, and each has an answer of its own', async () => {
    await createStream('crowd', 1);
    const calls = Array.from({ length: 200 }, (_, index) => {
      if (index % 20 === 7) {
        const ExplicitHashKey = '999999999999999999999999999999999999999';
        const input = { StreamName: 'crowd', PartitionKey: 'a', Data: data('refused'), ExplicitHashKey };
        return kinesis.send(new PutRecordCommand(input));
      }
      if (index % 20 !== 13) return put('crowd', 'a', `single-${index}`);
      const Records = [0, 1, 2].map((of) => ({ PartitionKey: 'a', Data: data(`batch-${index}-${of}`) }));
      return kinesis.send(new PutRecordsCommand({ StreamName: 'crowd', Records }));
    });
    const results = await Promise.allSettled(calls);
    const refused = results.flatMap((result) => (result.status === 'rejected' ? [result.reason.name] : []));
    expect(refused).toEqual(Array(10).fill('InvalidArgumentException'));

    const { ShardIterator } = await kinesis.send(
      new GetShardIteratorCommand({
        StreamName: 'crowd',
        ShardId: 'shardId-000000000000',
        ShardIteratorType: 'TRIM_HORIZON',
      }),
    );
    const { Records = [] } = await kinesis.send(new GetRecordsCommand({ ShardIterator }));
    const numbers = Records.map(({ SequenceNumber }) => BigInt(String(SequenceNumber)));
    expect(numbers).toEqual([...numbers].sort((a, b) => (a < b ? -1 : 1)));
    const textOf = new Map(Records.map((record) => [record.SequenceNumber, new TextDecoder().decode(record.Data)]));
    expect(textOf.size).toBe(180 + 10 * 3);
    results.forEach((result, index) => {
      if (result.status === 'rejected') return;
      const output = result.value;
      if ('SequenceNumber' in output) expect(textOf.get(output.SequenceNumber)).toBe(`single-${index}`);
      else if ('Records' in output) {
        const texts = output.Records?.map(({ SequenceNumber }) => textOf.get(SequenceNumber));
        expect(texts).toEqual([0, 1, 2].map((of) => `batch-${index}-${of}`));
      }
    });
  });

  it('go to the children of a shard that is split meanwhile, and none is lost', async () => {
    await createStream('split', 1);
    const keys = Array.from({ length: 150 }, (_, index) => `key-${index}`);
    const splitting = kinesis.send(
      new SplitShardCommand({
        StreamName: 'split',
        ShardToSplit: 'shardId-000000000000',
        NewStartingHashKey: '170141183460469231731687303715884105728',
      }),
    );
    await sideBySide(keys, 16, (key) => put('split', key));
    await splitting;
    const late = await put('split', 'late');
    expect(late.ShardId).not.toBe('shardId-000000000000');
    const { Shards = [] } = await kinesis.send(new ListShardsCommand({ StreamName: 'split' }));
    expect(Shards).toHaveLength(3);
    const found: string[] = [];
    for (const { ShardId } of Shards) {
      const { texts } = await read(await iteratorOf('split', 'TRIM_HORIZON', { ShardId }));
      found.push(...texts);
    }
    expect(found.sort()).toEqual([...keys, 'late'].sort());
  });

  it('are refused once the stream is deleted, and taken again once it is made again', async () => {
    await createStream('gone', 1);
    await put('gone', 'a');
    await kinesis.send(new DeleteStreamCommand({ StreamName: 'gone' }));
    await eventually(() => expect(put('gone', 'a')).rejects.toMatchObject({ name: 'ResourceNotFoundException' }));
    await eventually(() => createStream('gone', 1));
    await put('gone', 'a', 'anew');
    expect((await read(await iteratorOf('gone', 'TRIM_HORIZON'))).texts).toEqual(['anew']);
  });
});

describe('a reader', () => {
  it('that found nothing keeps its place, so that a slow write that began in an earlier second is not passed over', async () => {
    await createStream('empty', 1);
    for (const type of ['TRIM_HORIZON', 'LATEST'] as const) {
      const first = await iteratorOf('empty', type);
      const { next } = await read(first);
      expect(sequenceNumberIn(String(next))).toBe(sequenceNumberIn(first));
      await put('empty', 'a', type);
      const { texts, next: onward } = await read(String(next));
      expect(texts).toEqual([type]);
      expect(sequenceNumberIn(String(onward))).not.toBe(sequenceNumberIn(first));
    }
  });

  it('reads on after the last record that it was given', async () => {
    await createStream('onward', 1);
    await put('onward', 'a', 'one');
    const first = await read(await iteratorOf('onward', 'TRIM_HORIZON'));
    expect(first.texts).toEqual(['one']);
    const empty = await read(String(first.next));
    expect(empty.texts).toEqual([]);
    await put('onward', 'a', 'two');
    expect((await read(String(empty.next))).texts).toEqual(['two']);
  });

  it('of a closed shard comes to its end', async () => {
    await createStream('merged', 2);
    await kinesis.send(
      new MergeShardsCommand({
        StreamName: 'merged',
        ShardToMerge: 'shardId-000000000000',
        AdjacentShardToMerge: 'shardId-000000000001',
      }),
    );
    let iterator: string | undefined = await iteratorOf('merged', 'TRIM_HORIZON');
    await eventually(async () => {
      iterator = (await read(String(iterator))).next;
      expect(iterator).toBeUndefined();
    });
  });

  it('starts at a moment, also where no record is as young', async () => {
    await createStream('moment', 1);
    await put('moment', 'a', 'old');
    const between = await eventually(async () => {
      const now = Date.now();
      expect((await read(await iteratorOf('moment', 'AT_TIMESTAMP', { Timestamp: new Date(now) }))).texts).toEqual([]);
      return now;
    });
    const young = await iteratorOf('moment', 'AT_TIMESTAMP', { Timestamp: new Date(between) });
    await put('moment', 'a', 'new');
    expect((await read(young)).texts).toEqual(['new']);
    expect((await read(await iteratorOf('moment', 'AT_TIMESTAMP', { Timestamp: new Date(between) }))).texts).toEqual([
      'new',
    ]);
    expect((await read(await iteratorOf('moment', 'AT_TIMESTAMP', { Timestamp: new Date(0) }))).texts).toEqual([
      'old',
      'new',
    ]);
  });
});

describe('a bad request leaves the engine standing', () => {
  beforeAll(() => createStream('standing'));
  const answers = async () => expect((await read(await iteratorOf('standing', 'TRIM_HORIZON'))).texts).toEqual([]);

  it('that is larger than the engine takes: 413', async () => {
    const body = Buffer.alloc(8 * 1_024 * 1_024, 'a');
    const response = await fetch(engine.url, {
      method: 'POST',
      body,
      headers: { 'content-type': 'application/x-amz-json-1.1' },
    });
    expect(response.status).toBe(413);
    await answers();
  });

  it('whose record is larger than 1 MiB: ValidationException', async () => {
    await expect(put('standing', 'a', 'x'.repeat(1_048_577))).rejects.toMatchObject({ name: 'ValidationException' });
    await answers();
  });

  it('whose client goes away in its middle', async () => {
    const { hostname, port } = new URL(engine.url);
    await new Promise<void>((resolve, reject) => {
      const socket = connect(Number(port), hostname, () => {
        socket.write(
          'POST / HTTP/1.1\r\nHost: a\r\nContent-Type: application/x-amz-json-1.1\r\nContent-Length: 100\r\n\r\n{"',
        );
        setImmediate(() => socket.resetAndDestroy());
      });
      socket.on('close', () => resolve()).on('error', reject);
    });
    await answers();
  });

  it.each([
    ['GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n', 403],
    ['POST http://[/ HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\nConnection: close\r\n\r\n', 400],
    ['POST /?%%% HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}', 403],
  ])('that makes no sense: %j', async (text, status) => {
    const { hostname, port } = new URL(engine.url);
    const answer = await new Promise<string>((resolve, reject) => {
      let received = '';
      const socket = connect(Number(port), hostname, () => socket.write(text));
      socket.on('data', (chunk) => {
        received += chunk;
      });
      socket.on('close', () => resolve(received)).on('error', reject);
    });
    expect(answer.split(' ')[1]).toBe(String(status));
    await answers();
  });
});

describe('the folder', () => {
  it('belongs to one process at a time, and the error names it', async () => {
    await expect(startKinesis({ path })).rejects.toThrow(`The Kinesis engine cannot start: ${path} is in use`);
  });

  it('that cannot be made is named in the error', async () => {
    await expect(startKinesis({ path: '/dev/null/kinesis' })).rejects.toThrow('/dev/null/kinesis');
  });

  it('brings streams and records back', async () => {
    const folder = scratchFolder();
    const before = await started(startKinesis({ path: folder }));
    const first = clientOf(before);
    await first.send(new CreateStreamCommand({ StreamName: 'kept', ShardCount: 1 }));
    await eventually(() =>
      first.send(new PutRecordCommand({ StreamName: 'kept', PartitionKey: 'a', Data: data('1') })),
    );
    first.destroy();
    await Promise.all([before.close(), before.close()]);

    const second = clientOf(await started(startKinesis({ path: folder })));
    const { SequenceNumber } = await second.send(
      new PutRecordCommand({ StreamName: 'kept', PartitionKey: 'a', Data: data('2') }),
    );
    const { ShardIterator } = await second.send(
      new GetShardIteratorCommand({
        StreamName: 'kept',
        ShardId: 'shardId-000000000000',
        ShardIteratorType: 'TRIM_HORIZON',
      }),
    );
    const { Records = [] } = await second.send(new GetRecordsCommand({ ShardIterator }));
    second.destroy();
    expect(Records.map((record) => new TextDecoder().decode(record.Data))).toEqual(['1', '2']);
    expect(Records[1]?.SequenceNumber).toBe(SequenceNumber);
  });
});

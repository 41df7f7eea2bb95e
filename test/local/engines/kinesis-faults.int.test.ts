import { connect } from 'node:net';
import {
  CreateStreamCommand,
  GetRecordsCommand,
  GetShardIteratorCommand,
  PutRecordCommand,
} from '@aws-sdk/client-kinesis';
import { startKinesis } from '../../../local/engines/kinesis.ts';
import { eventually } from '../../support/eventually.ts';
import { scratchFolder, started } from './scratch.ts';
import { clientOf, data, useKinesis } from './use-kinesis.ts';

const { path, url, createStream, put, iteratorOf, read } = useKinesis();

describe('a bad request leaves the engine standing', () => {
  beforeAll(() => createStream('standing'));
  const answers = async () => expect((await read(await iteratorOf('standing', 'TRIM_HORIZON'))).texts).toEqual([]);

  it('that is larger than the engine takes: 413', async () => {
    const body = Buffer.alloc(16 * 1_048_576, 'a');
    const response = await fetch(url(), {
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

  it('in CBOR: 415, and how to speak JSON instead', async () => {
    const headers = { 'content-type': 'application/x-amz-cbor-1.1', 'x-amz-target': 'Kinesis_20131202.ListStreams' };
    const response = await fetch(url(), { method: 'POST', body: Buffer.from([0xa0]), headers });
    expect([response.status, await response.text()]).toEqual([415, expect.stringContaining('AWS_CBOR_DISABLE=true')]);
    await answers();
  });

  it.each([
    ['PutRecord', '{"StreamName":1}', 'SerializationException'],
    ['PutRecord', '{"StreamName":"standing","PartitionKey":"a","Data":"x"}', 'SerializationException'],
    ['PutRecord', '[]', 'SerializationException'],
    ['PutRecord', '{', 'SerializationException'],
    ['PutRecords', '{"StreamName":"standing","Records":[null]}', 'ValidationException'],
    ['SubscribeToShard', '{}', 'UnknownOperationException'],
    ['NoSuchOperation', '{}', 'UnknownOperationException'],
    ['ListShards', '{"NextToken":"AAAA"}', 'InvalidArgumentException'],
  ])('of an input that AWS refuses: %s %s', async (operation, body, __type) => {
    const headers = {
      'content-type': 'application/x-amz-json-1.1',
      'x-amz-target': `Kinesis_20131202.${operation}`,
      authorization: 'AWS4-HMAC-SHA256 Credential=a/b',
    };
    const response = await fetch(url(), { method: 'POST', body, headers });
    expect([response.status, await response.json()]).toEqual([400, expect.objectContaining({ __type })]);
    await answers();
  });

  it('whose client goes away in its middle', async () => {
    const { hostname, port } = new URL(url());
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
    const { hostname, port } = new URL(url());
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

import { Readable } from 'node:stream';
import { gzipSync } from 'node:zlib';
import { ListObjectsV2Command, type S3Client } from '@aws-sdk/client-s3';
import { describe, expect, it } from '@jest/globals';
import type { ArchivedRecord } from '../../../lambda/stores/archived-record.ts';
import { Stopped, sentenceOf } from '../../../operations/command.ts';
import { readArchive } from '../../../operations/events/archive-source.ts';

const Key = 'events/date=2026-11-22/hour=10/a.jsonl.gz';
const record = { partitionKey: 'a/v', sequenceNumber: '1', shardId: 'shardId-0', arrivedAt: 5, data: 'e30=' };
const whole = gzipSync(`${JSON.stringify(record)}\n`);

/**
 * An S3 with one object, which answers each request for it with the next of these bodies, and
 * with the last of them then.
 */
const bucketOf = (...bodies: (() => Readable)[]) => {
  let asked = 0;
  const send = async (command: unknown) =>
    command instanceof ListObjectsV2Command
      ? { Contents: [{ Key }] }
      : { Body: bodies[Math.min(asked++, bodies.length - 1)]?.() };
  return { send } as unknown as S3Client;
};
const lost = () =>
  Readable.from(
    (function* () {
      yield whole.subarray(0, 20);
      throw Object.assign(new Error('aborted'), { code: 'ECONNRESET' });
    })(),
  );
const read = async (s3: S3Client) => {
  const records: ArchivedRecord[] = [];
  const range = { toMs: Date.now(), signal: new AbortController().signal };
  await readArchive(s3, 'archive', range, (each) => void records.push(each));
  return records;
};

describe('reading the archive', () => {
  it('reads an object again whose connection was lost', async () =>
    expect(await read(bucketOf(lost, () => Readable.from([whole])))).toEqual([record]));

  it('stops where nothing answers, for which no object is to blame', async () => {
    const refused = () => {
      throw Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' });
    };
    const failure = await read(bucketOf(refused)).catch((error: Error) => error);
    expect(sentenceOf(failure as Error)).toBe('Nothing answers: is the stack running? Start it by npm start.');
  });

  it.each([
    ['can’t be had whole', lost, 'aborted'],
    ['is no gzip', () => Readable.from([Buffer.from('{}\n')]), 'incorrect header check'],
    ['ends in the middle', () => Readable.from([whole.subarray(0, 20)]), 'unexpected end of file'],
  ])('stops at an object that %s, and names it', async (_, body, why) => {
    const reading = read(bucketOf(body));
    await expect(reading).rejects.toThrow(Stopped);
    await expect(reading).rejects.toThrow(`s3://archive/${Key} can't be read: ${why}`);
  });
});

import { createInterface } from 'node:readline';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { GetObjectCommand, ListObjectsV2Command, type S3Client } from '@aws-sdk/client-s3';
import { archiveFolderOf, archivePrefix } from '../../lambda/stores/archive-keys.ts';
import { ArchivedRecord } from '../../lambda/stores/archived-record.ts';
import { isUnanswered, Stopped } from '../command.ts';

/** Objects read at a time; of each, no more than a piece is in memory. */
const objectsAtATime = 4;
/** An object lies in the folder of its oldest record, and may hold records of the hour after. */
const overlapMs = 60 * 60_000;
/** Of an object. */
const attempts = 3;

export interface ArchiveRange {
  /** In milliseconds since the epoch; undefined: from the archive's first record. */
  readonly fromMs?: number;
  readonly toMs: number;
  readonly signal: AbortSignal;
}

/**
 * Reads the archive's objects in which a record may lie that arrived in the range, and some of their neighbours; `take`
 * is given each record, in no order, and some twice.
 */
export async function readArchive(
  s3: S3Client,
  bucket: string,
  range: ArchiveRange,
  take: (record: ArchivedRecord) => void,
): Promise<void> {
  const keys = listKeys(s3, bucket, range);
  const read = async (): Promise<void> => {
    for await (const key of keys) {
      if (range.signal.aborted) return;
      await readObject(s3, bucket, key, take);
    }
  };
  await Promise.all(Array.from({ length: objectsAtATime }, read));
}

/** Shared by all who read: each key is given to one of them. */
async function* listKeys(s3: S3Client, Bucket: string, { fromMs, toMs }: ArchiveRange): AsyncGenerator<string> {
  const last = `${archiveFolderOf(toMs)}\uffff`;
  const StartAfter = fromMs === undefined ? archivePrefix : archiveFolderOf(fromMs - overlapMs);
  let ContinuationToken: string | undefined;
  do {
    const page = await s3.send(
      new ListObjectsV2Command({ Bucket, Prefix: archivePrefix, StartAfter, ContinuationToken }),
    );
    for (const { Key = '' } of page.Contents ?? []) {
      if (Key > last) return;
      yield Key;
    }
    ContinuationToken = page.NextContinuationToken;
  } while (ContinuationToken);
}

/** Tried again from its beginning where the connection is lost on the way. */
async function readObject(
  s3: S3Client,
  Bucket: string,
  Key: string,
  take: (record: ArchivedRecord) => void,
): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    try {
      const { Body } = await s3.send(new GetObjectCommand({ Bucket, Key }));
      return await pipeline(Body as Readable, createGunzip(), (text) => takeLines(text, `s3://${Bucket}/${Key}`, take));
    } catch (error) {
      if (error instanceof Stopped || isUnanswered(error as Error)) throw error;
      if (attempt === attempts) throw new Stopped(`s3://${Bucket}/${Key} can't be read: ${(error as Error).message}`);
    }
  }
}

async function takeLines(text: AsyncIterable<Buffer>, url: string, take: (record: ArchivedRecord) => void) {
  let number = 0;
  for await (const line of createInterface({ input: Readable.from(text), crlfDelay: Number.POSITIVE_INFINITY })) {
    number++;
    const record = ArchivedRecord.safeParse(parse(line));
    if (!record.success) throw new Stopped(`Line ${number} of ${url} is no archived record.`);
    take(record.data);
  }
}

const parse = (line: string): unknown => {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
};

import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { GetObjectCommand, ListObjectsV2Command, type S3Client } from '@aws-sdk/client-s3';
import { archiveFolderOf, archivePrefix } from '../../lambda/stores/archive-keys.ts';
import { ArchivedRecord } from '../../lambda/stores/archived-record.ts';
import { Stopped } from '../command.ts';

/** Objects read at a time; of each, no more than a piece is in memory. */
const objectsAtATime = 4;
/** An object lies in the folder of its oldest record, and may hold records of the hour after. */
const overlapMs = 60 * 60_000;

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

async function readObject(
  s3: S3Client,
  Bucket: string,
  Key: string,
  take: (record: ArchivedRecord) => void,
): Promise<void> {
  const { Body } = await s3.send(new GetObjectCommand({ Bucket, Key }));
  const lines = createInterface({
    input: (Body as Readable).pipe(createGunzip()),
    crlfDelay: Number.POSITIVE_INFINITY,
  });
  let number = 0;
  for await (const line of lines) {
    number++;
    const record = ArchivedRecord.safeParse(parse(line));
    if (!record.success) throw new Stopped(`Line ${number} of s3://${Bucket}/${Key} is no archived record.`);
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

import { join } from 'node:path';
import type { ArchivedRecord } from '../../lambda/stores/archived-record.ts';
import type { Clients } from '../clients.ts';
import { type Deployment, outputOf } from '../deployment.ts';
import type { Progress } from '../progress.ts';
import { OnFailureBucket } from '../redrive/on-failure-bucket.ts';
import { readArchive } from './archive-source.ts';
import { RecordSort } from './record-sort.ts';
import { type Selection, selects } from './selection.ts';
import { readStream } from './stream-source.ts';

/** Where events are read from: the archive and then the stream for what isn't archived yet, or the stream alone. */
export type Source = 'archive' | 'stream';

export interface Collecting {
  readonly source: Source;
  readonly selection: Selection;
  /** Holds what is being sorted, then `sorted`. */
  readonly folder: string;
  readonly signal: AbortSignal;
  readonly progress: Progress;
}

/**
 * A record arrives in the archive this much later than its neighbours at most: how long
 * Firehose gathers, and then some.
 */
const archiveLagMs = 60 * 60_000;

/** The file in `folder` that holds what was collected, for `readSorted`. */
export const sortedFile = (folder: string): string => join(folder, 'sorted');

/**
 * Reads the selected records and writes them, each once, sorted by key and sequence number, to `sortedFile(folder)`;
 * answers their number, or undefined where the signal was aborted meanwhile. One that was edited and redriven is taken
 * as it was edited.
 */
export async function collect(
  deployment: Deployment,
  { kinesis, s3 }: Clients,
  { source, selection, folder, signal, progress }: Collecting,
): Promise<number | undefined> {
  const sort = new RecordSort(join(folder, 'runs'));
  const newest = new Map<string, number>();
  let read = 0;
  const edits = await new OnFailureBucket(s3, outputOf(deployment, 'OnFailureBucketName')).redrivenEdits();
  const take = (original: ArchivedRecord): void => {
    progress.at(++read);
    const record = { ...original, data: edits.get(original.sequenceNumber) ?? original.data };
    newest.set(record.shardId, Math.max(record.arrivedAt, newest.get(record.shardId) ?? 0));
    if (selects(selection, record)) sort.add(record);
  };
  const { fromMs, toMs } = selection;
  if (source === 'archive') {
    progress.begin('reading the archive');
    const range = { toMs, signal, ...(fromMs !== undefined && { fromMs }) };
    await readArchive(s3, outputOf(deployment, 'ArchiveBucketName'), range, take);
  }
  // Of each shard by itself, since Firehose may be further with one than with another.
  const archivedToMs = new Map([...newest].map(([shardId, ms]) => [shardId, ms - archiveLagMs]));
  const beginning = (shardId: string): number | undefined => {
    const archivedMs = archivedToMs.get(shardId);
    return archivedMs === undefined ? fromMs : Math.max(archivedMs, fromMs ?? 0);
  };
  progress.begin('reading the stream');
  read = 0;
  await readStream(kinesis, outputOf(deployment, 'StreamName'), { beginning, toMs, signal }, take);
  progress.end();
  return signal.aborted ? undefined : sort.finish(sortedFile(folder));
}

import { join } from 'node:path';
import type { ArchivedRecord } from '../../lambda/stores/archived-record.ts';
import type { Clients } from '../clients.ts';
import { type Deployment, outputOf } from '../deployment.ts';
import type { Progress } from '../progress.ts';
import { RecordSort } from './record-sort.ts';
import { type Selection, selects } from './selection.ts';
import { readStream } from './stream-source.ts';

/** Where events are read from. */
export type Source = 'stream';

export interface Collecting {
  readonly source: Source;
  readonly selection: Selection;
  /** Holds what is being sorted, then `sorted`. */
  readonly folder: string;
  readonly signal: AbortSignal;
  readonly progress: Progress;
}

/** The file in `folder` that holds what was collected, for `readSorted`. */
export const sortedFile = (folder: string): string => join(folder, 'sorted');

/**
 * Reads the selected records and writes them, each once, sorted by key and sequence number, to `sortedFile(folder)`;
 * answers their number, or undefined where the signal was aborted meanwhile.
 */
export async function collect(
  deployment: Deployment,
  { kinesis }: Clients,
  { selection, folder, signal, progress }: Collecting,
): Promise<number | undefined> {
  const sort = new RecordSort(join(folder, 'runs'));
  let read = 0;
  const take = (record: ArchivedRecord): void => {
    progress.at(++read);
    if (selects(selection, record)) sort.add(record);
  };
  progress.begin('reading the stream');
  const { fromMs, toMs } = selection;
  await readStream(kinesis, outputOf(deployment, 'StreamName'), { beginning: () => fromMs, toMs, signal }, take);
  progress.end();
  return signal.aborted ? undefined : sort.finish(sortedFile(folder));
}

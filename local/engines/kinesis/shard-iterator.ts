import { invalidArgument, KinesisError } from './errors.ts';
import { lifetimeMs, seal, unseal } from './sealed.ts';

/** A position in a shard: the records with a sequence number above `after`. */
export interface ShardIterator {
  readonly streamId: string;
  readonly streamName: string;
  readonly shardIndex: number;
  readonly after: string;
}

export const iteratorText = ({ streamId, streamName, shardIndex, after }: ShardIterator, nowMs: number): string =>
  seal(`${nowMs}/${streamId}/${shardIndex}/${after}/${streamName}`);

/** Throws for a text that is no iterator, that is too old, or that is from the future of a clock that was set back. */
export const readIterator = (text: string, nowMs: number): ShardIterator => {
  const [madeMs, streamId = '', shardIndex, after = '', streamName] = unseal(text)?.split('/') ?? [];
  if (streamName === undefined || Number(madeMs) > nowMs) throw invalidArgument('Invalid ShardIterator.');
  if (nowMs - Number(madeMs) > lifetimeMs)
    throw new KinesisError(
      'ExpiredIteratorException',
      `Iterator expired. The iterator was created at time ${utc(Number(madeMs))} while right now it is ${utc(nowMs)} ` +
        `which is further in the future than the tolerated delay of ${lifetimeMs} milliseconds.`,
    );
  return { streamId, streamName, shardIndex: Number(shardIndex), after };
};

/** As AWS writes times: Thu Jan 22 01:22:02 UTC 2015 */
const utc = (ms: number): string => {
  const [day, date, month, year, time] = new Date(ms).toUTCString().replace(',', '').split(' ');
  return `${day} ${month} ${date} ${time} UTC ${year}`;
};

import { invalidArgument } from './errors.ts';
import { lastIndex, parseSequence, type SequenceNumber } from './sequence-number.ts';
import { type Shard, shardIdOf } from './stream.ts';
import type { Tip } from './tip.ts';

/** Whether a sequence number is of this shard, and not above all that were given out. */
export const isGivenOut = ({ stored, endingNumber }: Shard, tip: Tip, number: SequenceNumber): boolean =>
  number.shardSeconds === stored.seconds &&
  number.index >= BigInt(stored.firstIndex) &&
  (number.index <= tip.index || (number.index === lastIndex && endingNumber !== undefined));

/** Throws an InvalidArgumentException if the sequence number is no position of the shard; `where` names the shard. */
export const checkPosition = (shard: Shard, tip: Tip, text: string, where: string): void => {
  const number = parseSequence(text);
  const invalid = `StartingSequenceNumber ${text} used in GetShardIterator on ${where} is invalid`;
  if (!number) throw invalidArgument(`${invalid}.`);
  if (number.shardIndex !== shard.index)
    throw invalidArgument(
      `Invalid StartingSequenceNumber. It encodes ${shardIdOf(number.shardIndex)}, while it was used in a call to a ` +
        `shard with ${shard.id}`,
    );
  if (!isGivenOut(shard, tip, number)) throw invalidArgument(`${invalid} because it did not come from this stream.`);
};

import type { CheckpointFolder } from './checkpoint-folder.ts';
import type { ShardDescription } from './stream-service.ts';
import type { StreamSource } from './stream-source.ts';

/**
 * Forgets the checkpoints of a reader if they belong to another stream than the one that is there now: one that was
 * lost, or deleted and made anew. Else the reader would ask for a position that the stream never gives. Answers whether
 * it forgot them.
 */
export const forgetForeign = async (
  checkpoints: CheckpointFolder,
  shards: readonly ShardDescription[],
  source: StreamSource,
): Promise<boolean> => {
  const isForeign = async ({ ShardId: shardId = '', SequenceNumberRange: range }: ShardDescription) => {
    const checkpoint = checkpoints.read(shardId);
    if (!checkpoint) return false;
    if ('ended' in checkpoint) return range?.EndingSequenceNumber === undefined; // an open shard has not ended
    return 'after' in checkpoint && !(await source.shard(shardId).has(checkpoint));
  };
  if (!checkpoints.known || !(await Promise.all(shards.map(isForeign))).includes(true)) return false;
  checkpoints.forget();
  return true;
};

/** What a person is told of a reader that forgot its checkpoints. */
export const startsAnew = (streamArn: string): string =>
  `its checkpoints belong to an earlier stream than ${streamArn} is now; it reads this one as a new reader does`;

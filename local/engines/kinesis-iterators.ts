import { createDecipheriv } from 'node:crypto';
import { createRequire } from 'node:module';
import type { Action, Output, Store } from './level-engine.ts';

/** kinesalite's shard iterators are encrypted paths: time, stream, shard, sequence number, padding. */
const database = createRequire(import.meta.url)('kinesalite/db');

interface StreamStore extends Store {
  getStream(name: string, callback: (error: unknown, stream: Stream) => void): void;
  getStreamDb(name: string): { createReadStream(range: { gt: string; lt: string }): AsyncIterable<Entry> };
}
interface Stream {
  readonly Shards: readonly { readonly SequenceNumberRange: { readonly EndingSequenceNumber?: string } }[];
}
interface Entry {
  readonly key: string;
  readonly value: { readonly ApproximateArrivalTimestamp: number };
}

/**
 * `GetRecords` that stays where it is while an open shard has nothing to read, and says that it is behind where all that
 * it came by is older than the retention.
 *
 * kinesalite would move the iterator on to the present second, past a record whose write began in the second before and
 * ends after the read: that reader would never see it. And it leaves out what is too old, so that a page of it looks like
 * the end of the shard.
 */
export const positionKept =
  (original: Action): Action =>
  (store, input, callback) => {
    const nowMs = Date.now();
    original(store, input, (error, output) => {
      if (!output?.NextShardIterator || (output.Records as unknown[]).length > 0) return callback(error, output);
      const [, , , next] = decipher(String(output.NextShardIterator));
      const behindMs = nowMs - database.parseSequence(next).seqTime; // the present second where nothing was passed
      if (behindMs > 1_000) return callback(null, { ...output, MillisBehindLatest: behindMs });
      const [, streamName = '', shardId = '', sequenceNumber] = decipher(String(input.ShardIterator));
      (store as StreamStore).getStream(streamName, (failure, stream) => {
        if (failure) return callback(failure);
        const shard = stream.Shards[database.resolveShardId(shardId).shardIx];
        if (shard?.SequenceNumberRange.EndingSequenceNumber) return callback(null, output);
        const NextShardIterator = database.createShardIterator(streamName, shardId, sequenceNumber);
        callback(null, { ...output, NextShardIterator });
      });
    });
  };

/** `GetShardIterator` that answers at once, with the latest position, where no record is as young as the timestamp. */
export const timestampAhead =
  (original: Action): Action =>
  (store, input, callback) => {
    if (input.ShardIteratorType !== 'AT_TIMESTAMP' || input.Timestamp == null) return original(store, input, callback);
    const at = (position: Record<string, string>) =>
      new Promise<Output | undefined>((resolve, reject) =>
        original(store, { StreamName: input.StreamName, ShardId: input.ShardId, ...position }, (error, output) =>
          error ? reject(error) : resolve(output),
        ),
      );
    const find = async () => {
      const latest = await at({ ShardIteratorType: 'LATEST' }); // before the search, so that nothing falls in between
      const { shardIx } = database.resolveShardId(input.ShardId);
      const range = { gt: database.shardIxToHex(shardIx), lt: database.shardIxToHex(shardIx + 1) };
      for await (const { key, value } of (store as StreamStore)
        .getStreamDb(String(input.StreamName))
        .createReadStream(range)) {
        if (value.ApproximateArrivalTimestamp < Number(input.Timestamp)) continue;
        return at({ ShardIteratorType: 'AT_SEQUENCE_NUMBER', StartingSequenceNumber: key.slice(key.indexOf('/') + 1) });
      }
      return latest;
    };
    if (Number(input.Timestamp) * 1_000 > Date.now()) return original(store, input, callback); // refused
    find().then((output) => callback(null, output), callback);
  };

function decipher(shardIterator: string): string[] {
  const cipher = createDecipheriv('aes-256-cbc', database.ITERATOR_PWD_KEY, database.ITERATOR_PWD_IV);
  const text = cipher.update(Buffer.from(shardIterator, 'base64').subarray(8));
  return Buffer.concat([text, cipher.final()]).toString().split('/');
}

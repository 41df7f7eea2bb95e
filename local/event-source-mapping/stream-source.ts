import type { LocalContext } from '../context.ts';
import type { Written } from '../engines/kinesis.ts';
import type { Checkpoint } from './checkpoint-file.ts';
import { sourceKindOf } from './source-kind.ts';
import type { ShardDescription, StreamService } from './stream-service.ts';
import { StreamShard } from './stream-shard.ts';

/** One stream, as all mappings that read it share it. */
export class StreamSource {
  private readonly service: StreamService;
  private readonly shards = new Map<string, StreamShard>();
  private readonly listeners = new Set<(shardIds: readonly string[]) => void>();

  private constructor(service: StreamService, streamName: string, context: LocalContext) {
    this.service = service;
    const stop = context.onStreamWrite(streamName, (shardIds, written) => this.written(shardIds, written));
    context.onClose(() => {
      stop();
      service.destroy();
    });
  }

  /** The source of a stream in this runtime. */
  static async of(context: LocalContext, eventSourceArn: string): Promise<StreamSource> {
    const kind = sourceKindOf(eventSourceArn);
    const streamName = kind.streamName(eventSourceArn);
    const ofContext = sources.get(context) ?? new Map<string, Promise<StreamSource>>();
    sources.set(context, ofContext);
    const open = async () => new StreamSource(await kind.open(context, streamName), streamName, context);
    const source = ofContext.get(streamName) ?? open();
    ofContext.set(streamName, source);
    return source;
  }

  shard(shardId: string): StreamShard {
    const shard = this.shards.get(shardId) ?? new StreamShard(this.service, shardId);
    this.shards.set(shardId, shard);
    return shard;
  }

  /** Every shard that still holds records, closed ones included. */
  listShards(): Promise<readonly ShardDescription[]> {
    return this.service.listShards();
  }

  /** The present end of each shard, by its id; a closed one has none to be found again. */
  async ends(shards: readonly ShardDescription[], nowMs: number): Promise<Map<string, Checkpoint>> {
    const end = async ({ ShardId = '', SequenceNumberRange: range }: ShardDescription) => {
      const closed = range?.EndingSequenceNumber !== undefined;
      return [ShardId, closed ? { ended: true as const } : await this.shard(ShardId).seekEnd(nowMs)] as const;
    };
    return new Map(await Promise.all(shards.map(end)));
  }

  /** How long the stream keeps a record, as it is set now. */
  retentionMs(): Promise<number> {
    return this.service.retentionMs();
  }

  /** Calls `wake` soon after writes, with the shards written to; the returned function stops that. */
  onWrite(wake: (shardIds: readonly string[]) => void): () => void {
    this.listeners.add(wake);
    return () => this.listeners.delete(wake);
  }

  private written(shardIds: readonly string[], written?: Written): void {
    for (const shardId of shardIds) this.shards.get(shardId)?.written(written?.[shardId]);
    for (const wake of this.listeners) wake(shardIds);
  }
}

const sources = new WeakMap<LocalContext, Map<string, Promise<StreamSource>>>();

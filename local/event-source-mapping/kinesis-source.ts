import type { KinesisClient, Shard } from '@aws-sdk/client-kinesis';
import type { LocalContext } from '../context.ts';
import { KinesisShard } from './kinesis-shard.ts';

/** One stream, as all mappings that read it share it. */
export class KinesisSource {
  private readonly client: KinesisClient;
  private readonly streamName: string;
  private readonly shards = new Map<string, KinesisShard>();
  private readonly listeners = new Set<(shardIds: readonly string[]) => void>();

  private constructor(client: KinesisClient, streamName: string, context: LocalContext) {
    this.client = client;
    this.streamName = streamName;
    const stop = context.onStreamWrite(streamName, (shardIds) => this.written(shardIds));
    context.onClose(() => {
      stop();
      client.destroy();
    });
  }

  /** The source of a stream in this runtime; the SDK is loaded when the first is asked for. */
  static async of(context: LocalContext, streamName: string): Promise<KinesisSource> {
    const ofContext = sources.get(context) ?? new Map<string, Promise<KinesisSource>>();
    sources.set(context, ofContext);
    const source = ofContext.get(streamName) ?? KinesisSource.open(context, streamName);
    ofContext.set(streamName, source);
    return source;
  }

  private static async open(context: LocalContext, streamName: string): Promise<KinesisSource> {
    const [{ KinesisClient }, { NodeHttpHandler }] = await Promise.all([
      import('@aws-sdk/client-kinesis'),
      import('@smithy/node-http-handler'),
    ]);
    const client = new KinesisClient({
      region: context.region,
      endpoint: context.endpoints.kinesis,
      credentials: context.credentials,
      requestHandler: new NodeHttpHandler({ connectionTimeout: 5_000, requestTimeout: 30_000 }),
      maxAttempts: 1, // the reader backs off itself, and keeps its place
    });
    return new KinesisSource(client, streamName, context);
  }

  shard(shardId: string): KinesisShard {
    const shard = this.shards.get(shardId) ?? new KinesisShard(this.client, this.streamName, shardId);
    this.shards.set(shardId, shard);
    return shard;
  }

  /** Every shard that still holds records, closed ones included. */
  async listShards(): Promise<readonly Shard[]> {
    const { ListShardsCommand } = await import('@aws-sdk/client-kinesis');
    const shards: Shard[] = [];
    let next: string | undefined;
    do {
      const page = await this.client.send(
        new ListShardsCommand(next ? { NextToken: next } : { StreamName: this.streamName }),
      );
      shards.push(...(page.Shards ?? []));
      next = page.NextToken;
    } while (next);
    return shards;
  }

  /** Calls `wake` soon after writes, with the shards written to; the returned function stops that. */
  onWrite(wake: (shardIds: readonly string[]) => void): () => void {
    this.listeners.add(wake);
    return () => this.listeners.delete(wake);
  }

  private written(shardIds: readonly string[]): void {
    for (const shardId of shardIds) this.shards.get(shardId)?.written();
    for (const wake of this.listeners) wake(shardIds);
  }
}

const sources = new WeakMap<LocalContext, Map<string, Promise<KinesisSource>>>();

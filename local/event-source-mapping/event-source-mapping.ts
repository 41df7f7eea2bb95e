import { join } from 'node:path';
import { during } from '../clock.ts';
import type { LocalContext } from '../context.ts';
import type { LocalFunction } from '../lambda/local-function.ts';
import type { Distribution } from '../metrics/distribution.ts';
import type { Pace } from '../pace.ts';
import type { SetAside } from './attempt.ts';
import { CheckpointFolder } from './checkpoint-folder.ts';
import { forgetForeign, startsAnew } from './foreign-checkpoints.ts';
import type { MappingSettings } from './mapping-settings.ts';
import { type LastInvocation, type OnFailureDestination, openDestination } from './on-failure-destination.ts';
import { compileFilters, type RecordFilter } from './record-filter.ts';
import { ShardConsumer } from './shard-consumer.ts';
import { readableShards } from './shard-lineage.ts';
import { type SourceKind, sourceKindOf } from './source-kind.ts';
import type { SourceRecord } from './stream-record.ts';
import type { ShardDescription } from './stream-service.ts';
import { StreamSource } from './stream-source.ts';

/** What makes a mapping. */
export interface MappingParts {
  /** Stable from start to start: its checkpoints are found by it. */
  readonly uuid: string;
  /** How the terminal names it. */
  readonly name: string;
  /** Of a Kinesis stream, of one of its consumers, or of a DynamoDB stream. */
  readonly eventSourceArn: string;
  readonly function: LocalFunction;
  /** May change while the mapping rests. */
  settings: MappingSettings;
}

/**
 * Reads a stream and hands its records to a function: each shard on its own, parents before their children.
 *
 * @see https://docs.aws.amazon.com/lambda/latest/dg/invocation-eventsourcemapping.html
 */
export class EventSourceMapping {
  private readonly parts: MappingParts;
  private readonly context: LocalContext;
  private readonly kind: SourceKind;
  private readonly filter: RecordFilter | undefined;
  private readonly checkpoints: CheckpointFolder;
  private readonly consumers = new Map<string, { readonly consumer: ShardConsumer; readonly done: Promise<void> }>();
  /** The shards that a listing or a write has told of. */
  private readonly heardOf = new Set<string>();
  private destination: OnFailureDestination | undefined;
  private readonly lag: Distribution;
  private source: StreamSource | undefined;
  private retentionMs = 0;
  private unsubscribe = () => {};
  /** Aborts as the present run ends. */
  private stopping = new AbortController();
  private lastTaken: boolean | undefined;

  /** @throws InvalidFilterCriteria */
  constructor(parts: MappingParts, context: LocalContext) {
    this.parts = parts;
    this.context = context;
    this.kind = sourceKindOf(parts.eventSourceArn);
    this.filter = compileFilters(parts.settings.filters, this.kind.filtered);
    this.lag = context.metrics.lagOf(parts.uuid, parts.function.functionName);
    this.checkpoints = new CheckpointFolder(
      join(context.dataDir, 'checkpoints', parts.uuid),
      `the mapping ${parts.name}`,
    );
  }

  /** How its last invocation in this run went, in the words of the Lambda API. */
  get lastProcessingResult(): string {
    if (this.lastTaken === undefined) return 'No records processed';
    return this.lastTaken ? 'OK' : 'PROBLEM: Function call failed';
  }

  /** Resolves once the position in every shard is taken: what is written from then on reaches the function. */
  async start(): Promise<void> {
    const { parts, context } = this;
    this.source = await StreamSource.of(context, parts.eventSourceArn);
    const shards = await this.source.listShards();
    this.retentionMs = await this.source.retentionMs();
    if (await forgetForeign(this.checkpoints, shards, this.source))
      context.log(`${parts.name}: ${startsAnew(parts.eventSourceArn)}`);
    await this.takeFirstPositions(shards, this.source);
    this.destination = parts.settings.onFailure ? openDestination(parts.settings.onFailure, context) : undefined;
    this.stopping = new AbortController();
    this.consumeReadable(shards, this.source);
    if (this.toldOfWrites) this.unsubscribe = this.source.onWrite((shardIds) => this.wake(shardIds));
  }

  /** Lets the invocations in flight finish, keeps what they have done, then rests; `start` goes on from there. */
  async close(): Promise<void> {
    this.stopping.abort();
    this.unsubscribe();
    for (const { consumer } of this.consumers.values()) consumer.stop();
    await Promise.all([...this.consumers.values()].map(({ done }) => done));
    this.consumers.clear();
    this.checkpoints.close();
    await this.destination?.close();
  }

  /** The first start at `LATEST` or `AT_TIMESTAMP` notes where that is, so that later starts agree with it. */
  private async takeFirstPositions(shards: readonly ShardDescription[], source: StreamSource): Promise<void> {
    const { startingPosition: start } = this.parts.settings;
    if (start.type === 'TRIM_HORIZON' || this.checkpoints.known) return;
    const positions =
      start.type === 'AT_TIMESTAMP'
        ? new Map(shards.map(({ ShardId = '' }) => [ShardId, { sinceMs: start.timestampMs }]))
        : await source.ends(shards, Date.now()); // the engine knows no other clock
    this.checkpoints.begin(positions);
  }

  private consumeReadable(shards: readonly ShardDescription[], source: StreamSource): void {
    for (const { ShardId = '' } of shards) this.heardOf.add(ShardId);
    for (const shardId of readableShards(shards, this.checkpoints.hasEnded)) {
      if (!this.consumers.has(shardId)) this.consume(shardId, source);
    }
    for (const { ShardId: shardId = '', SequenceNumberRange: range } of shards)
      if (range?.EndingSequenceNumber) this.consumers.get(shardId)?.consumer.close();
  }

  private consume(shardId: string, source: StreamSource): void {
    const { context, parts, checkpoints } = this;
    const checkpoint = checkpoints.read(shardId);
    const writer = this.kind.writer({
      shardId,
      region: context.region,
      eventSourceArn: parts.eventSourceArn,
      roleArn: parts.function.roleArn,
    });
    const consumer = new ShardConsumer({
      mappingUuid: parts.uuid,
      settings: parts.settings,
      pace: this.pace(),
      clock: context.clock,
      precedence: context.precedence,
      toldOfWrites: this.toldOfWrites,
      shard: source.shard(shardId),
      position: checkpoint && !('ended' in checkpoint) ? checkpoint : 'TRIM_HORIZON',
      filter: this.filter,
      writer,
      lag: this.lag,
      invoked: (taken) => {
        this.lastTaken = taken;
      },
      retentionMs: this.retentionMs,
      agesFromMs: context.agesFromMs,
      function: parts.function,
      keep: (position) => checkpoints.write(shardId, position),
      setAside: (setAside, invocation) => this.setAside(shardId, setAside, invocation),
      log: (line) => context.log(`${parts.name}: ${shardId}: ${line}`),
    });
    this.consumers.set(shardId, { consumer, done: this.run(shardId, consumer) });
  }

  private get toldOfWrites(): boolean {
    return this.context.pace.wakeOnWrite && this.parts.settings.maximumBatchingWindowSeconds === 0;
  }

  /** As often as the source is polled on AWS, unless its writes wake the reader anyway. */
  private pace(): Pace {
    const { pace } = this.context;
    return pace.wakeOnWrite ? pace : { ...pace, pollIntervalMs: pace.pollIntervalMs / this.kind.pollsPerSecond };
  }

  /** Once a shard has come to its end, its children's turn has come. */
  private async run(shardId: string, consumer: ShardConsumer): Promise<void> {
    if (!(await consumer.run())) return;
    this.checkpoints.write(shardId, { ended: true });
    this.consumers.delete(shardId);
    await this.refresh();
  }

  private wake(shardIds: readonly string[]): void {
    for (const shardId of shardIds) {
      const known = this.consumers.get(shardId);
      if (known) known.consumer.wake();
      else if (!this.heardOf.has(shardId)) {
        this.heardOf.add(shardId);
        void this.refresh(); // a child: its parents are closed, and once they have ended its turn comes
      }
    }
  }

  private async refresh(): Promise<void> {
    const { source, context } = this;
    const { signal } = this.stopping;
    for (let failures = 1; !signal.aborted && source; failures++) {
      try {
        const shards = await during(context.clock, source.listShards());
        return signal.aborted ? undefined : this.consumeReadable(shards, source);
      } catch (error) {
        if (signal.aborted) return;
        context.log(`${this.parts.name}: listing shards failed, trying again: ${(error as Error).message}`);
        await context.clock.sleep(context.pace.retryBackoffMs(failures), signal);
      }
    }
  }

  private async setAside(shardId: string, setAside: SetAside<SourceRecord>, invocation: LastInvocation): Promise<void> {
    const { parts, context } = this;
    const from = {
      mappingUuid: parts.uuid,
      functionArn: parts.function.functionArn,
      streamArn: this.kind.streamArn(parts.eventSourceArn),
      batchInfo: this.kind.batchInfo,
      shardId,
    };
    await this.destination?.take(setAside, from, invocation);
    const records = setAside.records.length === 1 ? '1 record' : `${setAside.records.length} records`;
    const what = this.destination ? 'set aside' : 'dropped, there is no on-failure destination';
    context.log(`${parts.name}: ${shardId}: ${records} ${what} (${setAside.condition})`);
  }
}

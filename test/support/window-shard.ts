import type { Clock } from '../../local/clock.ts';
import { KinesisEventWriter } from '../../local/event-source-mapping/kinesis-event.ts';
import { Lane } from '../../local/event-source-mapping/lane.ts';
import type { MappingSettings } from '../../local/event-source-mapping/mapping-settings.ts';
import { ShardProgress } from '../../local/event-source-mapping/shard-progress.ts';
import type { SourceRecord } from '../../local/event-source-mapping/stream-record.ts';
import type { LocalFunction } from '../../local/lambda/local-function.ts';
import { Precedence } from '../../local/lambda/precedence.ts';
import { Distribution } from '../../local/metrics/distribution.ts';
import { laptopPace } from '../../local/pace.ts';

/** What a window function is to a shard. */
export type WindowFunction<Batch> = (batch: Batch) => Promise<unknown>;

export interface WindowShard {
  readonly shardId: string;
  readonly records: readonly SourceRecord[];
  readonly settings: Partial<MappingSettings>;
  /** Whether the worker that reads the shard is killed once this invocation has answered. */
  readonly isKilledAfter: (invocation: number) => boolean;
}

const defaults: MappingSettings = {
  batchSize: 100,
  maximumBatchingWindowSeconds: 0,
  parallelizationFactor: 1,
  maximumRetryAttempts: -1,
  maximumRecordAgeSeconds: -1,
  bisectBatchOnFunctionError: true,
  reportBatchItemFailures: true,
  tumblingWindowSeconds: 60,
  startingPosition: { type: 'TRIM_HORIZON' },
  filters: [],
};

/** Time that passes only where somebody waits for it. */
const fakeClock = (): Clock => {
  let now = 1_600_000_000_000;
  return {
    now: () => now,
    sleep: async (ms) => {
      now += ms;
    },
  };
};

/**
 * Hands a closed shard to a window function as the local runtime's mappings do, in process: by its own lanes and
 * windows, from the last checkpoint after each kill. Answers with the records that were set aside.
 */
export async function readShard<Batch>(shard: WindowShard, consume: WindowFunction<Batch>): Promise<SourceRecord[]> {
  const setAside: SourceRecord[] = [];
  const writer = new KinesisEventWriter({ shardId: shard.shardId, region: 'r', eventSourceArn: 'e', roleArn: 'i' });
  let invocations = 0;
  let checkpoint: string | undefined;
  for (let killed = true; killed; ) {
    killed = false;
    const stop = new AbortController();
    const progress = new ShardProgress(checkpoint);
    const invoke: LocalFunction['invoke'] = async (payload) => {
      const answer = await consume(JSON.parse(payload)).then(
        (value) => ({ payload: JSON.stringify(value) }),
        () => ({ payload: '{}', functionError: 'Unhandled' as const }),
      );
      if (shard.isKilledAfter(invocations++)) {
        killed = true;
        stop.abort();
      }
      return answer;
    };
    const lane = new Lane({
      precedence: new Precedence(0),
      mappingUuid: 'm',
      lag: new Distribution(),
      invoked: () => {},
      retentionMs: 86_400_000,
      agesFromMs: 0,
      settings: { ...defaults, ...shard.settings },
      pace: laptopPace,
      clock: fakeClock(),
      function: { invoke } as LocalFunction,
      writer,
      progress,
      stop: stop.signal,
      checkpoint: () => {
        if (!killed) checkpoint = progress.position;
      },
      setAside: async ({ records }) => {
        setAside.push(...records);
        return true;
      },
      hungry: () => {},
      caughtUpAtMs: () => 0,
    });
    const from = checkpoint;
    for (const record of shard.records) {
      if (from !== undefined && record.sequenceNumber <= from) continue;
      progress.begin(record.sequenceNumber);
      lane.push(record);
    }
    lane.end();
    await lane.run();
  }
  return setAside;
}

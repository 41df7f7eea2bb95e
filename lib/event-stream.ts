import { CfnStreamConsumer, ShardLevelMetrics, Stream, StreamEncryption, StreamMode } from 'aws-cdk-lib/aws-kinesis';
import { Annotations, Aspects, Duration, RemovalPolicy } from 'aws-cdk-lib/core';
import type { Construct } from 'constructs';
import { type Settings, WrongSettings } from './settings.ts';

export type EventStreamProps = Pick<Settings, 'production' | 'shards' | 'retention' | 'enhancedFanOut'>;

/**
 * A shard answers five reads a second, whoever reads it.
 * https://docs.aws.amazon.com/streams/latest/dev/service-sizes-and-limits.html
 */
const sharedReads = 5;

/** The stream that carries every event, in order for each partition key; it also counts who reads it. */
export class EventStream extends Stream {
  /** How long a record can be read, in hours. */
  readonly retentionHours: number;
  /** Whether each shard is measured, at $0.30 a month for each of its metrics: for the stream that has to be kept. */
  readonly measuresShards: boolean;
  readonly #enhancedFanOut: readonly string[];
  readonly #consumers = new Set<string>();
  readonly #deliveries = new Set<string>();
  readonly #readsOfTheirOwn = new Set<string>();
  readonly #idle = new Set<string>();

  constructor(scope: Construct, id: string, props: EventStreamProps) {
    super(scope, id, {
      ...(props.shards === 'onDemand'
        ? { streamMode: StreamMode.ON_DEMAND }
        : { streamMode: StreamMode.PROVISIONED, shardCount: props.shards }),
      retentionPeriod: Duration.hours(props.retention),
      encryption: StreamEncryption.MANAGED,
      ...(props.production && {
        shardLevelMetrics: [ShardLevelMetrics.INCOMING_BYTES, ShardLevelMetrics.INCOMING_RECORDS],
      }),
      removalPolicy: props.production ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY,
    });
    this.retentionHours = props.retention;
    this.measuresShards = props.production;
    this.#enhancedFanOut = props.enhancedFanOut;
    // Once whoever reads it has entered.
    Aspects.of(this).add({
      visit: (node) => {
        if (node !== this) return;
        this.#refuseUnknownNames();
        this.#warnOfCrowd();
      },
    });
  }

  /**
   * Enters `consumer` among those who read the stream. Returns the consumer of its own that it reads through where
   * enhanced fan-out was chosen for it, by the setting or by `ownReads`; undefined where it shares the stream's reads
   * with the others. One that isn't `enabled` reads nothing for now.
   */
  register(
    consumer: string,
    { ownReads = false, enabled = true }: { ownReads?: boolean | undefined; enabled?: boolean } = {},
  ): CfnStreamConsumer | undefined {
    this.#consumers.add(consumer);
    if (!enabled) this.#idle.add(consumer);
    if (!ownReads && !this.#enhancedFanOut.includes(consumer)) return undefined;
    this.#readsOfTheirOwn.add(consumer);
    // The name has to be unique only within this stream.
    return new CfnStreamConsumer(this, consumer, { consumerName: consumer, streamArn: this.streamArn });
  }

  /** Enters a Firehose among those who share the stream's reads: it can have none of its own. */
  registerDelivery(delivery: string): void {
    this.#deliveries.add(delivery);
  }

  #refuseUnknownNames(): void {
    const unknown = this.#enhancedFanOut.filter((name) => !this.#consumers.has(name));
    if (unknown.length === 0) return;
    const why = (name: string) =>
      this.#deliveries.has(name)
        ? `${name} cannot have reads of its own, for Firehose takes none`
        : `no consumer is named ${name}`;
    throw new WrongSettings(
      unknown.map((name) => ({
        key: 'enhancedFanOut',
        value: this.#enhancedFanOut,
        message: `${why(name)}; there are ${[...this.#consumers].join(', ')}`,
      })),
    );
  }

  #warnOfCrowd(): void {
    const consumers = [...this.#consumers].filter((name) => !this.#readsOfTheirOwn.has(name) && !this.#idle.has(name));
    const sharing = [...consumers, ...this.#deliveries];
    if (sharing.length <= sharedReads) return;
    Annotations.of(this).addWarningV2(
      'sharedReads',
      `${sharing.length} consumers share the ${sharedReads} reads a second of each shard and will delay one another ` +
        `(${sharing.join(', ')}). Give some of them reads of their own: -c enhancedFanOut=${sharing[0]},…`,
    );
  }
}

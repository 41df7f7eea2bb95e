import type { TableV2 } from 'aws-cdk-lib/aws-dynamodb';
import { Grant } from 'aws-cdk-lib/aws-iam';
import { EventSourceMapping, FilterCriteria, FilterRule, MetricType, StartingPosition } from 'aws-cdk-lib/aws-lambda';
import type { IBucket } from 'aws-cdk-lib/aws-s3';
import { Duration } from 'aws-cdk-lib/core';
import { Construct } from 'constructs';
import type { domainEvents } from '../../domain/domain-event.ts';
import { EventStream } from '../event-stream.ts';
import { AppFunction } from './app-function.ts';

export interface StreamConsumerProps {
  /** The event stream; or a table, for the DynamoDB stream of its changes. */
  readonly stream: EventStream | TableV2;
  /** Takes, whole, each record that was given up. */
  readonly onFailure: IBucket;
  /** The function's name; also the consumer's in `-c enhancedFanOut=`. */
  readonly name: string;
  /** Where in `lambda/` its code lies. @default - its name */
  readonly folder?: string;
  /** What is wrong for its users while it lags or once it gave up; a clause, for the alarms of `Monitoring`. */
  readonly consequence: string;
  /**
   * The types of event that it wants; Lambda drops the others before anyone pays for them.
   * @default - every record
   */
  readonly eventTypes?: readonly (typeof domainEvents)[number]['type'][];
  /** Which changes of a table it wants, as a filter pattern of Lambda. @default - every change */
  readonly changes?: Readonly<Record<string, unknown>>;
  /** @default - nothing but what Lambda sets */
  readonly environment?: Readonly<Record<string, string>>;
  /** @default 1,769: one whole core, which costs what a share of one costs, since less of it takes longer */
  readonly memoryMiB?: number;
  /** @default 100 records at most in one invocation */
  readonly batchSize?: number;
  /** @default - none: invoked as soon as there is a record */
  readonly batchingWindow?: Duration;
  /** Its windows by the arrival of the records, if it keeps a state in each. @default - no windows */
  readonly tumblingWindow?: Duration;
  /** @default 5 further tries for a record that is alone in its batch, then it is set aside; or until it is too old */
  readonly retryAttempts?: number | 'untilTooOld';
  /** Whether it reads the stream from the start; if not, somebody enables its mapping later. @default true */
  readonly enabled?: boolean;
  /** Whether it has reads of its own whatever `-c enhancedFanOut=` says. @default false */
  readonly ownReads?: boolean;
  /** Whether Lambda Insights measures the function. @default false */
  readonly insights?: boolean;
}

/**
 * The greatest age that a mapping can name; one that names none hands out whatever the stream holds.
 * https://docs.aws.amazon.com/lambda/latest/api/API_CreateEventSourceMapping.html
 */
const greatestRecordAgeHours = 7 * 24;
/** https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Streams.html */
const changesRetentionHours = 24;
/** https://docs.aws.amazon.com/lambda/latest/dg/configuration-memory.html */
const wholeCoreMiB = 1_769;

/**
 * stream → function, at least once, in order for each partition key. A failing batch is halved until its poison is
 * alone, tried again a bounded number of times, and set aside whole.
 *
 * One batch of a shard at a time: a function that works on several keys side by side, on a core of its own, takes
 * the 1,000 records a second that a shard lets in (`npm run cost -- --compare`).
 */
export class StreamConsumer extends Construct {
  readonly function: AppFunction;
  readonly mapping: EventSourceMapping;
  /** What is wrong for its users while it lags or once it gave up. */
  readonly consequence: string;
  /** How long a record can be read, in hours. */
  readonly retentionHours: number;

  constructor(scope: Construct, id: string, props: StreamConsumerProps) {
    super(scope, id);
    this.consequence = props.consequence;
    const {
      stream,
      onFailure,
      name,
      eventTypes,
      changes,
      batchSize = 100,
      batchingWindow,
      retryAttempts = 5,
      enabled = true,
    } = props;
    this.retentionHours = stream instanceof EventStream ? stream.retentionHours : changesRetentionHours;
    // Before the stream forgets a record, it is set aside.
    const recordAgeHours = this.retentionHours - 1;

    this.function = new AppFunction(this, 'Function', {
      name,
      folder: props.folder,
      insights: props.insights,
      memoryMiB: props.memoryMiB ?? wholeCoreMiB,
      timeout: Duration.minutes(1),
      environment: props.environment,
    });

    const source = stream instanceof EventStream ? this.#readEvents(stream, props) : this.#readChanges(stream);
    const rights = source.rights.combine(this.#setAside(onFailure));
    const filter = changes ?? (eventTypes && { data: { type: FilterRule.or(...eventTypes) } });

    this.mapping = new EventSourceMapping(this, 'Mapping', {
      target: this.function,
      eventSourceArn: source.arn,
      enabled,
      startingPosition: StartingPosition.TRIM_HORIZON, // what came before the mapping counts too
      batchSize,
      maxBatchingWindow: batchingWindow,
      tumblingWindow: props.tumblingWindow,
      filters: filter && [FilterCriteria.filter(filter)],
      reportBatchItemFailures: true,
      bisectBatchOnError: true,
      retryAttempts: retryAttempts === 'untilTooOld' ? undefined : retryAttempts, // without end, by default
      maxRecordAge: recordAgeHours <= greatestRecordAgeHours ? Duration.hours(recordAgeHours) : undefined,
      supportS3OnFailureDestination: true,
      onFailure: { bind: () => ({ destination: onFailure.bucketArn }) },
      metricsConfig: { metrics: [MetricType.EVENT_COUNT] },
    });
    // It needs its rights as it starts, and must not write to a bucket that is being emptied as the stack goes.
    rights.applyBefore(this.mapping);
    this.mapping.node.addDependency(onFailure);
  }

  /** `grantRead` would let it list and describe more than Lambda's poller asks for. */
  #readEvents(stream: EventStream, { name, ownReads, enabled = true }: StreamConsumerProps): Source {
    const consumerArn = stream.register(name, { ownReads, enabled })?.attrConsumerArn;
    const streamActions = ['kinesis:DescribeStream', 'kinesis:DescribeStreamSummary', 'kinesis:ListShards'];
    if (!consumerArn) {
      const shared = ['kinesis:GetShardIterator', 'kinesis:GetRecords'];
      return { arn: stream.streamArn, rights: stream.grant(this.function, ...streamActions, ...shared) };
    }
    const own = ['kinesis:DescribeStreamConsumer', 'kinesis:SubscribeToShard'];
    const rights = stream.grant(this.function, ...streamActions).combine(this.#grant(own, consumerArn));
    return { arn: consumerArn, rights };
  }

  /** https://docs.aws.amazon.com/lambda/latest/dg/services-dynamodb-eventsourcemapping.html */
  #readChanges({ tableStreamArn: arn }: TableV2): Source {
    if (arn === undefined) throw new Error(`${this.node.path}: the table has no stream`);
    const reads = ['dynamodb:DescribeStream', 'dynamodb:GetShardIterator', 'dynamodb:GetRecords'];
    // It takes no narrower resource than *.
    return { arn, rights: this.#grant(reads, arn).combine(this.#grant(['dynamodb:ListStreams'], '*')) };
  }

  /** CDK's own S3 destination would let it read and delete what was set aside. */
  #setAside(bucket: IBucket): Grant {
    const put = this.#grant(['s3:PutObject'], bucket.arnForObjects('aws/lambda/*'));
    return put.combine(this.#grant(['s3:ListBucket'], bucket.bucketArn));
  }

  #grant(actions: string[], resource: string): Grant {
    return Grant.addToPrincipal({ grantee: this.function, actions, resourceArns: [resource] });
  }
}

/** What a mapping reads, and the rights that it takes. */
interface Source {
  readonly arn: string;
  readonly rights: Grant;
}

import { Duration } from 'aws-cdk-lib';
import { Grant } from 'aws-cdk-lib/aws-iam';
import { EventSourceMapping, FilterCriteria, FilterRule, MetricType, StartingPosition } from 'aws-cdk-lib/aws-lambda';
import type { IBucket } from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';
import type { domainEvents } from '../../domain/domain-event.ts';
import type { EventStream } from '../event-stream.ts';
import { AppFunction } from './app-function.ts';

export interface StreamConsumerProps {
  readonly stream: EventStream;
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
  /** @default 5 further tries for a record that is alone in its batch, then it is set aside */
  readonly retryAttempts?: number;
  /** Whether it reads the stream from the start; if not, somebody enables its mapping later. @default true */
  readonly enabled?: boolean;
  /** Whether it has reads of its own whatever `-c enhancedFanOut=` says. @default false */
  readonly ownReads?: boolean;
  /** Whether Lambda Insights measures the function. @default false */
  readonly insights?: boolean;
}

/** Lambda hands out nothing older. https://docs.aws.amazon.com/lambda/latest/api/API_CreateEventSourceMapping.html */
const maxRecordAgeHours = 7 * 24;

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

  constructor(scope: Construct, id: string, props: StreamConsumerProps) {
    super(scope, id);
    this.consequence = props.consequence;
    const {
      stream,
      onFailure,
      name,
      eventTypes,
      batchSize = 100,
      batchingWindow,
      retryAttempts = 5,
      enabled = true,
    } = props;
    // Before the stream forgets a record, it is set aside.
    const recordAgeHours = Math.min(stream.retentionHours - 1, maxRecordAgeHours);

    this.function = new AppFunction(this, 'Function', {
      name,
      folder: props.folder,
      insights: props.insights,
      memoryMiB: props.memoryMiB ?? wholeCoreMiB,
      timeout: Duration.minutes(1),
      environment: props.environment,
    });

    const ownReads = stream.register(name, { ownReads: props.ownReads, enabled });
    const rights = this.#read(stream, ownReads?.attrConsumerArn).combine(this.#setAside(onFailure));

    this.mapping = new EventSourceMapping(this, 'Mapping', {
      target: this.function,
      eventSourceArn: ownReads?.attrConsumerArn ?? stream.streamArn,
      enabled,
      startingPosition: StartingPosition.TRIM_HORIZON, // what came before the mapping counts too
      batchSize,
      maxBatchingWindow: batchingWindow,
      tumblingWindow: props.tumblingWindow,
      filters: eventTypes && [FilterCriteria.filter({ data: { type: FilterRule.or(...eventTypes) } })],
      reportBatchItemFailures: true,
      bisectBatchOnError: true,
      retryAttempts,
      maxRecordAge: Duration.hours(recordAgeHours),
      supportS3OnFailureDestination: true,
      onFailure: { bind: () => ({ destination: onFailure.bucketArn }) },
      metricsConfig: { metrics: [MetricType.EVENT_COUNT] },
    });
    // It needs its rights as it starts, and must not write to a bucket that is being emptied as the stack goes.
    rights.applyBefore(this.mapping);
    this.mapping.node.addDependency(onFailure);
  }

  /** `grantRead` would let it list and describe more than Lambda's poller asks for. */
  #read(stream: EventStream, consumerArn: string | undefined): Grant {
    const streamActions = ['kinesis:DescribeStream', 'kinesis:DescribeStreamSummary', 'kinesis:ListShards'];
    if (!consumerArn) {
      return stream.grant(this.function, ...streamActions, 'kinesis:GetShardIterator', 'kinesis:GetRecords');
    }
    return stream.grant(this.function, ...streamActions).combine(
      Grant.addToPrincipal({
        grantee: this.function,
        actions: ['kinesis:DescribeStreamConsumer', 'kinesis:SubscribeToShard'],
        resourceArns: [consumerArn],
      }),
    );
  }

  /** CDK's own S3 destination would let it read and delete what was set aside. */
  #setAside(bucket: IBucket): Grant {
    return Grant.addToPrincipal({
      grantee: this.function,
      actions: ['s3:PutObject'],
      resourceArns: [bucket.arnForObjects('aws/lambda/*')],
    }).combine(
      Grant.addToPrincipal({ grantee: this.function, actions: ['s3:ListBucket'], resourceArns: [bucket.bucketArn] }),
    );
  }
}

import type { Template } from '../local/assembly/template.ts';

/** Something the template can't be priced for; one line for a person. */
export class NotPriced extends Error {
  override readonly name = 'NotPriced';
}

export interface DeployedFunction {
  readonly name: string;
  readonly memoryMiB: number;
  readonly architecture: 'arm64' | 'x86_64';
  /** Whether Lambda Insights measures it. */
  readonly insights: boolean;
  /** Indexes of the tables that its environment names. */
  readonly indexes: number;
  /** Those of them that hold the whole item. */
  readonly wholeIndexes: number;
}

/** Who reads the stream by an event source mapping that is switched on. */
export interface DeployedReader {
  readonly function: string;
  readonly batchSize: number;
  /** 0: a batch is sent as soon as there is a record. */
  readonly windowSeconds: number;
  /** Undefined: every event. */
  readonly eventTypes: readonly string[] | undefined;
  /** By enhanced fan-out. */
  readonly ownReads: boolean;
}

/** A delivery stream that reads the stream. */
interface DeployedDelivery {
  readonly name: string;
  readonly bufferSeconds: number;
  readonly bufferMiB: number;
}

/** What costs, of all that a template deploys. */
export interface Deployed {
  readonly functions: readonly DeployedFunction[];
  readonly readers: readonly DeployedReader[];
  readonly deliveries: readonly DeployedDelivery[];
  readonly shards: number | 'onDemand';
  readonly retentionHours: number;
  /** Metrics of each shard. */
  readonly shardMetrics: number;
  /** The API's throttle, in requests a second. */
  readonly requestsPerSecond: number;
  /** Whether the tables can be taken back to any second of the last 35 days. */
  readonly pointInTimeRecovery: boolean;
  readonly dashboards: number;
  readonly alarms: number;
}

// biome-ignore lint/suspicious/noExplicitAny: a template's properties have no one shape
type Properties = Record<string, any>;

/** Reads a template with one stream and, around it, what this stack is made of. */
export function deployedOf(template: Template): Deployed {
  const of = (type: string): [string, Properties][] =>
    Object.entries(template.Resources).flatMap(([id, { Type, Properties = {} }]) =>
      Type === type ? [[id, Properties]] : [],
    );
  const streams = of('AWS::Kinesis::Stream');
  const [stream] = streams;
  if (!stream || streams.length > 1)
    throw new NotPriced(`the template has ${streams.length} Kinesis streams; one is priced`);
  const [streamId, { ShardCount = 1, StreamModeDetails, RetentionPeriodHours = 24, DesiredShardLevelMetrics = [] }] =
    stream;
  const consumers = new Set(of('AWS::Kinesis::StreamConsumer').map(([id]) => id));
  const tables = new Map(of('AWS::DynamoDB::GlobalTable'));
  const functions = new Map(
    of('AWS::Lambda::Function').filter(([, { Description }]) => typeof Description === 'string'),
  );

  const reads = (arn: unknown) => attributeOf(arn) === streamId;
  return {
    functions: [...functions.values()].map((properties) => functionOf(properties, tables)),
    readers: of('AWS::Lambda::EventSourceMapping')
      .filter(([, { EventSourceArn, Enabled }]) => {
        const source = attributeOf(EventSourceArn);
        return Enabled !== false && (source === streamId || consumers.has(source));
      })
      .map(([, mapping]) => readerOf(mapping, functions, consumers)),
    deliveries: of('AWS::KinesisFirehose::DeliveryStream')
      .filter(([, { KinesisStreamSourceConfiguration: source }]) => source && reads(source.KinesisStreamARN))
      .map(([name, { ExtendedS3DestinationConfiguration: target = {} }]) => ({
        name,
        bufferSeconds: target.BufferingHints?.IntervalInSeconds ?? 300,
        bufferMiB: target.BufferingHints?.SizeInMBs ?? 5,
      })),
    shards: StreamModeDetails?.StreamMode === 'ON_DEMAND' ? 'onDemand' : ShardCount,
    retentionHours: RetentionPeriodHours,
    shardMetrics: DesiredShardLevelMetrics.length,
    requestsPerSecond: of('AWS::ApiGateway::Stage')[0]?.[1].MethodSettings?.[0]?.ThrottlingRateLimit ?? 10_000,
    pointInTimeRecovery: [...tables.values()].some(({ Replicas = [] }) =>
      Replicas.some(
        ({ PointInTimeRecoverySpecification: chosen }: Properties) => chosen?.PointInTimeRecoveryEnabled === true,
      ),
    ),
    dashboards: of('AWS::CloudWatch::Dashboard').length,
    alarms: of('AWS::CloudWatch::Alarm').length,
  };
}

function functionOf(properties: Properties, tables: ReadonlyMap<string, Properties>): DeployedFunction {
  const { Description, MemorySize = 128, Architectures = ['x86_64'], Layers, Environment } = properties;
  const variables = Object.values<{ Ref?: string }>(Environment?.Variables ?? {});
  const indexes = variables.flatMap(({ Ref = '' }) => tables.get(Ref)?.GlobalSecondaryIndexes ?? []);
  return {
    name: Description,
    memoryMiB: MemorySize,
    architecture: Architectures[0],
    insights: JSON.stringify(Layers ?? []).includes('nsights'),
    indexes: indexes.length,
    wholeIndexes: indexes.filter(({ Projection }) => Projection.ProjectionType === 'ALL').length,
  };
}

function readerOf(
  mapping: Properties,
  functions: ReadonlyMap<string, Properties>,
  consumers: ReadonlySet<string>,
): DeployedReader {
  const { FunctionName, EventSourceArn, BatchSize = 100, MaximumBatchingWindowInSeconds = 0, FilterCriteria } = mapping;
  const patterns: { data?: { type?: string[] } }[] = (FilterCriteria?.Filters ?? []).map(
    ({ Pattern }: { Pattern: string }) => JSON.parse(Pattern),
  );
  const filtered = patterns.length > 0 && patterns.every(({ data }) => data?.type);
  return {
    function: functions.get(FunctionName.Ref ?? '')?.Description ?? JSON.stringify(FunctionName),
    batchSize: BatchSize,
    windowSeconds: MaximumBatchingWindowInSeconds,
    eventTypes: filtered ? patterns.flatMap(({ data }) => data?.type ?? []) : undefined,
    ownReads: consumers.has(attributeOf(EventSourceArn)),
  };
}

const attributeOf = (arn: unknown): string => (arn as { 'Fn::GetAtt'?: [string] })?.['Fn::GetAtt']?.[0] ?? '';

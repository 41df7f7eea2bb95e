import { join } from 'node:path';
import type { StreamViewType } from '@aws-sdk/client-dynamodb';
import type { KinesisStreamEvent } from 'aws-lambda';
import type { ProbeResource, ProbeTemplate } from './assembly.ts';

/** What the handler of a probe sees. */
export interface Invocation {
  readonly event: ProbeEvent;
  /** The records' data, as text; of a DynamoDB stream their items' ids. */
  readonly data: string[];
  /** How many invocations of this function went before, in whatever environment. */
  readonly earlier: number;
  /** The response that reports these records as failed. */
  report(...data: string[]): unknown;
  /** Resolves when the test opens the probe's gate. */
  opened(): Promise<void>;
}

export type ProbeEvent = KinesisStreamEvent & {
  readonly window?: { readonly start: string; readonly end: string };
  readonly state?: Record<string, unknown>;
  readonly shardId?: string;
  readonly isFinalInvokeForWindow?: boolean;
  readonly isWindowTerminatedEarly?: boolean;
};

/** A stream, a function and the mapping between them. */
export interface Probe {
  /** The view type of a DynamoDB stream; then a table, keyed by `id`, stands in the place of the Kinesis stream. */
  readonly table?: StreamViewType;
  /** Runs in the function's own thread, as text: it can use nothing from outside itself. */
  readonly handler?: (invocation: Invocation) => unknown;
  /** Properties of the mapping; from `TRIM_HORIZON` unless they say otherwise. */
  readonly mapping?: Readonly<Record<string, unknown>>;
  readonly shards?: number;
  /** Further properties of the Kinesis stream. */
  readonly stream?: Readonly<Record<string, unknown>>;
  /** Where the mapping puts what it gives up. */
  readonly onFailure?: 's3' | 'sqs';
  /** Further properties of the function. */
  readonly function?: Readonly<Record<string, unknown>>;
}

/** The template of all probes; their functions write their calls down in `directory`. */
export const templateOf = (probes: Record<string, Probe>, directory: string): ProbeTemplate => {
  const Resources: Record<string, ProbeResource> = {};
  const Outputs: NonNullable<ProbeTemplate['Outputs']> = {};
  if (Object.values(probes).some(({ onFailure }) => onFailure === 's3')) {
    Resources.Failures = { Type: 'AWS::S3::Bucket' };
    Outputs.Failures = { Value: { Ref: 'Failures' } };
  }
  for (const [name, probe] of Object.entries(probes)) {
    const queue = `${name}Queue`;
    if (probe.onFailure === 'sqs') Resources[queue] = { Type: 'AWS::SQS::Queue' };
    const destination = probe.onFailure === 's3' ? 'Failures' : queue;
    const source = probe.table ? `${name}Table` : `${name}Stream`;
    Resources[source] = probe.table
      ? tableWith(probe.table)
      : { Type: 'AWS::Kinesis::Stream', Properties: { ShardCount: probe.shards ?? 1, ...probe.stream } };
    Resources[`${name}Function`] = {
      Type: 'AWS::Lambda::Function',
      Properties: {
        Code: { S3Bucket: 'assets', S3Key: `${name}.zip` },
        Handler: 'index.handler',
        Runtime: 'nodejs24.x',
        Role: 'arn:aws:iam::000000000000:role/probe',
        Environment: { Variables: { CALLS: join(directory, name) } },
        ...probe.function,
      },
    };
    Resources[`${name}Mapping`] = {
      Type: 'AWS::Lambda::EventSourceMapping',
      Properties: {
        EventSourceArn: { 'Fn::GetAtt': [source, probe.table ? 'StreamArn' : 'Arn'] },
        FunctionName: { Ref: `${name}Function` },
        StartingPosition: 'TRIM_HORIZON',
        ...(probe.onFailure && {
          DestinationConfig: { OnFailure: { Destination: { 'Fn::GetAtt': [destination, 'Arn'] } } },
        }),
        ...probe.mapping,
      },
    };
    for (const kind of [
      probe.table ? 'Table' : 'Stream',
      'Function',
      'Mapping',
      ...(probe.onFailure === 'sqs' ? ['Queue'] : []),
    ])
      Outputs[`${name}${kind}`] = { Value: { Ref: `${name}${kind}` } };
  }
  return { Resources, Outputs };
};

const tableWith = (StreamViewType: StreamViewType): ProbeResource => ({
  Type: 'AWS::DynamoDB::Table',
  Properties: {
    AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
    KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
    StreamSpecification: { StreamViewType },
  },
});

/** The functions' code, asset by asset. */
export const assetsOf = (probes: Record<string, Probe>) =>
  Object.fromEntries(
    Object.entries(probes).map(([name, { handler = () => ({}) }]) => [name, { 'index.js': sourceOf(handler) }]),
  );

const sourceOf = (handler: NonNullable<Probe['handler']>): string => `
const { appendFileSync, existsSync, readFileSync } = require('node:fs');
const handle = ${handler.toString()};
exports.handler = async (event, { awsRequestId: requestId }) => {
  const file = process.env.CALLS;
  const earlier = existsSync(file) ? readFileSync(file, 'utf8').split('\\n').length - 1 : 0;
  const data = event.Records.map(({ kinesis, dynamodb }) =>
    kinesis ? Buffer.from(kinesis.data, 'base64').toString() : dynamodb.Keys.id.S);
  const numbers = event.Records.map(({ kinesis, dynamodb }) => kinesis?.sequenceNumber ?? dynamodb.SequenceNumber);
  appendFileSync(file, JSON.stringify({ data, event, requestId, atMs: Date.now() }) + '\\n');
  const report = (...failed) => ({
    batchItemFailures: failed.map((each) => ({ itemIdentifier: numbers[data.indexOf(each)] })),
  });
  const opened = async () => {
    while (!existsSync(file + '.open')) await new Promise((resolve) => setTimeout(resolve, 2));
  };
  return handle({ event, data, earlier, report, opened });
};
`;

import { RestApi } from 'aws-cdk-lib/aws-apigateway';
import { type CfnGlobalTable, TableV2 } from 'aws-cdk-lib/aws-dynamodb';
import { type CfnRule, Rule } from 'aws-cdk-lib/aws-events';
import { type CfnEventSourceMapping, EventSourceMapping } from 'aws-cdk-lib/aws-lambda';
import { type CfnResource, Fn, Stack } from 'aws-cdk-lib/core';
import type { Construct } from 'constructs';
import { EventStream } from '../event-stream.ts';
import { AppFunction } from '../parts/app-function.ts';
import { BucketDelivery } from '../parts/bucket-delivery.ts';
import { DeadLetterQueue } from '../parts/dead-letter-queue.ts';
import { PrivateBucket } from '../parts/private-bucket.ts';
import { StreamConsumer } from '../parts/stream-consumer.ts';

/** What feeds a function from a stream. */
export interface WatchedMapping {
  readonly id: string;
  readonly function: AppFunction;
  /** What becomes, after so many hours, of a record that could not be handled. */
  readonly recordAgeHours: number;
  readonly fate: 'set aside' | 'gone from the stream';
  /** What is wrong for its users while it lags or once it gave up. */
  readonly consequence: string;
}

/** A table and the names of its indexes. */
export interface WatchedTable {
  readonly name: string;
  readonly table: TableV2;
  readonly indexes: readonly string[];
}

/** A rule of a bus of the stack's own. */
export interface WatchedRule {
  readonly name: string;
  readonly busName: string;
  readonly ruleName: string;
  /** Whether a dead-letter queue takes what its target doesn't. */
  readonly hasDeadLetters: boolean;
}

/** What a stack is made of, as far as it is watched. */
export interface Watched {
  readonly functions: readonly AppFunction[];
  readonly mappings: readonly WatchedMapping[];
  readonly streams: readonly EventStream[];
  readonly tables: readonly WatchedTable[];
  readonly buckets: readonly { readonly name: string; readonly bucket: PrivateBucket }[];
  readonly apis: readonly RestApi[];
  readonly rules: readonly WatchedRule[];
  readonly deliveries: readonly { readonly name: string; readonly delivery: BucketDelivery }[];
  readonly deadLetterQueues: readonly { readonly name: string; readonly queue: DeadLetterQueue }[];
}

/** Everything of `stack` that is there by now: whoever calls it comes last. */
export function watchedOf(stack: Stack): Watched {
  const constructs = stack.node.findAll();
  const functions = constructs.filter((construct) => construct instanceof AppFunction);
  return {
    functions,
    mappings: constructs
      .filter((construct) => construct instanceof EventSourceMapping)
      .flatMap((mapping) => watchedMapping(mapping, functions)),
    streams: constructs.filter((construct) => construct instanceof EventStream),
    tables: constructs
      .filter((construct) => construct instanceof TableV2)
      .map((table) => ({ name: nameOf(table), table, indexes: indexesOf(table) })),
    buckets: constructs
      .filter((construct) => construct instanceof PrivateBucket)
      .map((bucket) => ({ name: nameOf(bucket), bucket })),
    apis: constructs.filter((construct) => construct instanceof RestApi),
    rules: constructs.filter((construct) => construct instanceof Rule).map(watchedRule),
    deliveries: constructs
      .filter((construct) => construct instanceof BucketDelivery)
      .map((delivery) => ({ name: nameOf(delivery), delivery })),
    deadLetterQueues: constructs
      .filter((construct) => construct instanceof DeadLetterQueue)
      .map((queue) => ({ name: nameOf(queue), queue })),
  };
}

/** Every stream keeps its records for so long at least. */
const leastRetentionHours = 24;

function watchedMapping(mapping: EventSourceMapping, functions: readonly AppFunction[]): WatchedMapping[] {
  const stack = Stack.of(mapping);
  const { functionName, maximumRecordAgeInSeconds: seconds = -1 } = resourceOf<CfnEventSourceMapping>(mapping);
  const target = JSON.stringify(stack.resolve(functionName));
  const consumer = mapping.node.scope;
  const retentionHours = consumer instanceof StreamConsumer ? consumer.retentionHours : leastRetentionHours;
  return functions
    .filter((candidate) => JSON.stringify(stack.resolve(candidate.functionName)) === target)
    .map((found) => ({
      id: mapping.eventSourceMappingId,
      function: found,
      recordAgeHours: seconds > 0 ? seconds / 3_600 : retentionHours,
      fate: seconds > 0 ? 'set aside' : 'gone from the stream',
      consequence: consumer instanceof StreamConsumer ? consumer.consequence : 'what it keeps misses events',
    }));
}

function watchedRule(rule: Rule): WatchedRule {
  const { eventBusName = '', targets } = resourceOf<CfnRule>(rule);
  const resolved: { deadLetterConfig?: unknown }[] = Stack.of(rule).resolve(targets);
  return {
    name: nameOf(rule),
    busName: eventBusName,
    ruleName: Fn.select(2, Fn.split('/', rule.ruleArn)), // its own name is `<bus>|<rule>`
    hasDeadLetters: resolved.every(({ deadLetterConfig }) => deadLetterConfig !== undefined),
  };
}

function indexesOf(table: TableV2): string[] {
  const { globalSecondaryIndexes = [] } = resourceOf<CfnGlobalTable>(table);
  const indexes: { indexName: string }[] = Stack.of(table).resolve(globalSecondaryIndexes) ?? [];
  return indexes.map(({ indexName }) => indexName);
}

/** Where it stands in the stack: `OrderProjection Orders`. */
const nameOf = (construct: Construct) => construct.node.path.split('/').slice(1).join(' ');

const resourceOf = <Resource extends CfnResource>({ node }: { node: { defaultChild?: unknown } }) =>
  node.defaultChild as Resource;

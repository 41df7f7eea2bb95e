import type { IBucket } from 'aws-cdk-lib/aws-s3';
import { Duration } from 'aws-cdk-lib/core';
import { Construct } from 'constructs';
import type { EventStream } from './event-stream.ts';
import { StreamConsumer } from './parts/stream-consumer.ts';

export interface EventCheckProps {
  readonly stream: EventStream;
  readonly onFailure: IBucket;
}

/**
 * stream → check-event → set aside. What no consumer's filter matches would vanish in silence; this one has no filter
 * and fails what nobody understands. It stores nothing and answers in no hurry, so that a large batch and a long
 * window keep it to a few invocations a minute.
 */
export class EventCheck extends Construct {
  constructor(scope: Construct, id: string, props: EventCheckProps) {
    super(scope, id);
    new StreamConsumer(this, 'Consumer', {
      ...props,
      name: 'check-event',
      consequence: 'the stream may carry events that nobody understands',
      batchSize: 10_000,
      batchingWindow: Duration.seconds(20),
      retryAttempts: 2, // what it says of a record, it says again
      memoryMiB: 512, // up to 6 MB of records at once
    });
  }
}

import { Queue, QueueEncryption } from 'aws-cdk-lib/aws-sqs';
import { Duration, RemovalPolicy } from 'aws-cdk-lib/core';
import type { Construct } from 'constructs';

export interface DeadLetterQueueProps {
  /** Whether the queue outlives the stack; if not, its letters go with it. */
  readonly production: boolean;
  /** What is wrong once a letter lies there; a clause, for the alarm of `Monitoring`. */
  readonly consequence: string;
}

/** Keeps whole, for 14 days, what could not be delivered; `Monitoring` sees to it that somebody hears of the first. */
export class DeadLetterQueue extends Queue {
  readonly consequence: string;

  constructor(scope: Construct, id: string, { production, consequence }: DeadLetterQueueProps) {
    super(scope, id, {
      retentionPeriod: Duration.days(14),
      encryption: QueueEncryption.SQS_MANAGED,
      enforceSSL: true,
      removalPolicy: production ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY,
    });
    this.consequence = consequence;
  }
}

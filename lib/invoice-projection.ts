import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { IBucket } from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';
import type { EventStream } from './event-stream.ts';
import { PrivateBucket } from './parts/private-bucket.ts';
import { StreamConsumer } from './parts/stream-consumer.ts';

export interface InvoiceProjectionProps {
  readonly stream: EventStream;
  readonly onFailure: IBucket;
  readonly production: boolean;
}

/** stream → project-invoice → bucket: one invoice for each order placed. Writing it twice writes equal bytes. */
export class InvoiceProjection extends Construct {
  readonly bucket: PrivateBucket;

  constructor(scope: Construct, id: string, { production, ...props }: InvoiceProjectionProps) {
    super(scope, id);
    this.bucket = new PrivateBucket(this, 'Invoices', { production });

    const consumer = new StreamConsumer(this, 'Consumer', {
      ...props,
      name: 'project-invoice',
      consequence: 'orders are without their invoice',
      eventTypes: ['OrderPlaced'],
      environment: { INVOICE_BUCKET: this.bucket.bucketName },
    });
    consumer.function.addToRolePolicy(
      new PolicyStatement({ actions: ['s3:PutObject'], resources: [this.bucket.arnForObjects('invoices/*')] }),
    );
    consumer.mapping.node.addDependency(this.bucket);
  }
}

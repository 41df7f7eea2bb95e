import type { IBucket } from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';
import { projectedTypes, type Slot } from '../lambda/stores/slot.ts';
import type { EventStream } from './event-stream.ts';
import { PrivateBucket } from './parts/private-bucket.ts';
import { StreamConsumer } from './parts/stream-consumer.ts';

export interface InvoiceProjectionProps {
  readonly stream: EventStream;
  readonly onFailure: IBucket;
  readonly production: boolean;
}

/** One of the projection's two slots. */
export interface InvoiceSlot {
  readonly bucket: PrivateBucket;
  readonly consumer: StreamConsumer;
}

/**
 * stream → project-invoice → bucket: one invoice for each order placed. Writing it twice writes equal bytes.
 * Twice, so that one can be rebuilt while the other is read: blue follows the stream, green rests, empty, until then.
 */
export class InvoiceProjection extends Construct {
  readonly slots: Readonly<Record<Slot, InvoiceSlot>>;

  constructor(scope: Construct, id: string, props: InvoiceProjectionProps) {
    super(scope, id);
    const green = new Construct(this, 'Green');
    this.slots = {
      blue: slot(this, { ...props, name: 'project-invoice', enabled: true }),
      green: slot(green, { ...props, name: 'project-invoice-green', enabled: false }),
    };
  }
}

interface SlotProps extends InvoiceProjectionProps {
  readonly name: string;
  readonly enabled: boolean;
}

function slot(scope: Construct, { production, ...props }: SlotProps): InvoiceSlot {
  const bucket = new PrivateBucket(scope, 'Invoices', { production });
  const consumer = new StreamConsumer(scope, 'Consumer', {
    ...props,
    folder: 'project-invoice',
    consequence: 'orders are without their invoice',
    eventTypes: projectedTypes.invoices,
    environment: { INVOICE_BUCKET: bucket.bucketName },
  });
  consumer.function.allow(['s3:PutObject'], bucket.arnForObjects('invoices/*'));
  consumer.mapping.node.addDependency(bucket);
  return { bucket, consumer };
}

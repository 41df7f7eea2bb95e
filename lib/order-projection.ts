import { AttributeType, ProjectionType, TableV2 } from 'aws-cdk-lib/aws-dynamodb';
import type { IBucket } from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';
import { newestByAccount, newestByAccountHolds, orderTableKeys } from '../lambda/stores/order-table-keys.ts';
import { projectedTypes, type Slot } from '../lambda/stores/slot.ts';
import type { EventStream } from './event-stream.ts';
import { StreamConsumer } from './parts/stream-consumer.ts';
import { tableOptions } from './parts/table-options.ts';

export interface OrderProjectionProps {
  readonly stream: EventStream;
  readonly onFailure: IBucket;
  readonly production: boolean;
}

/** One of the projection's two slots. */
export interface OrderSlot {
  readonly table: TableV2;
  readonly consumer: StreamConsumer;
}

/**
 * stream → project-order → table: the latest order of every account and vendor, whatever arrives twice or late.
 * Twice, so that one can be rebuilt while the other is read: blue follows the stream, green rests, empty, until then.
 */
export class OrderProjection extends Construct {
  readonly slots: Readonly<Record<Slot, OrderSlot>>;

  constructor(scope: Construct, id: string, props: OrderProjectionProps) {
    super(scope, id);
    const green = new Construct(this, 'Green');
    this.slots = {
      blue: slot(this, { ...props, name: 'project-order', enabled: true }),
      green: slot(green, { ...props, name: 'project-order-green', enabled: false }),
    };
  }
}

interface SlotProps extends OrderProjectionProps {
  readonly name: string;
  readonly enabled: boolean;
}

function slot(scope: Construct, { production, ...props }: SlotProps): OrderSlot {
  const { partitionKey, sortKey, receivedAtEventId } = orderTableKeys;
  const table = new TableV2(scope, 'Orders', {
    partitionKey: { name: partitionKey, type: AttributeType.STRING },
    sortKey: { name: sortKey, type: AttributeType.STRING },
    globalSecondaryIndexes: [
      {
        indexName: newestByAccount,
        partitionKey: { name: partitionKey, type: AttributeType.STRING },
        sortKey: { name: receivedAtEventId, type: AttributeType.STRING },
        projectionType: ProjectionType.INCLUDE,
        nonKeyAttributes: newestByAccountHolds,
      },
    ],
    ...tableOptions(production),
  });
  const consumer = new StreamConsumer(scope, 'Consumer', {
    ...props,
    folder: 'project-order',
    consequence: 'orders are missing from what GET /order answers',
    eventTypes: projectedTypes.orders,
    environment: { ORDER_TABLE: table.tableName },
  });
  consumer.function.allow(['dynamodb:UpdateItem'], table.tableArn);
  return { table, consumer };
}

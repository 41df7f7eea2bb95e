import { AttributeType, TableV2 } from 'aws-cdk-lib/aws-dynamodb';
import { Construct } from 'constructs';
import { liveItem, type Slot } from '../lambda/stores/slot.ts';
import type { StreamConsumer } from './parts/stream-consumer.ts';
import { tableOptions } from './parts/table-options.ts';

export interface LiveSlotsProps {
  readonly production: boolean;
}

/** One item that says which slot of each projection is read; as long as there is none, it is blue. */
export class LiveSlots extends Construct {
  readonly table: TableV2;

  constructor(scope: Construct, id: string, { production }: LiveSlotsProps) {
    super(scope, id);
    this.table = new TableV2(this, 'Table', {
      partitionKey: { name: liveItem.partitionKey, type: AttributeType.STRING },
      ...tableOptions(production),
    });
  }
}

/** The names by which an operator's commands find what a projection's two slots are made of. */
export function slotNames<Made extends { readonly consumer: StreamConsumer }>(
  slots: Readonly<Record<Slot, Made>>,
  storeOf: (slot: Made) => string,
) {
  const names = (slot: Made) => ({
    store: storeOf(slot),
    function: slot.consumer.function.functionName,
    mapping: slot.consumer.mapping.eventSourceMappingId,
  });
  return { blue: names(slots.blue), green: names(slots.green) };
}

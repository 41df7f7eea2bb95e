import { type DynamoDBClient, GetItemCommand } from '@aws-sdk/client-dynamodb';
import { firstLive, liveItem, type Slot, type SlottedProjection, slots } from '../lambda/stores/slot.ts';

/** The slot that the projection's readers use. */
export async function readLive(
  dynamodb: DynamoDBClient,
  liveTable: string,
  projection: SlottedProjection,
): Promise<Slot> {
  const { Item } = await dynamodb.send(
    new GetItemCommand({
      TableName: liveTable,
      Key: { [liveItem.partitionKey]: { S: liveItem.id } },
      ConsistentRead: true,
    }),
  );
  return slots.find((slot) => slot === Item?.[projection]?.S) ?? firstLive;
}

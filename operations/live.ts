import {
  ConditionalCheckFailedException,
  type DynamoDBClient,
  GetItemCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import { firstLive, liveItem, type Slot, type SlottedProjection, slots } from '../lambda/stores/slot.ts';
import { Stopped } from './command.ts';

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

export const otherSlot = (slot: Slot): Slot => (slot === 'blue' ? 'green' : 'blue');

/**
 * Switches the projection's readers from one slot to the other, in one step; they see it within a second.
 *
 * @throws Stopped where they don't use `from` any more.
 */
export async function switchLive(
  dynamodb: DynamoDBClient,
  liveTable: string,
  projection: SlottedProjection,
  from: Slot,
  to: Slot,
): Promise<void> {
  try {
    await dynamodb.send(
      new UpdateItemCommand({
        TableName: liveTable,
        Key: { [liveItem.partitionKey]: { S: liveItem.id } },
        UpdateExpression: 'SET #projection = :to',
        ConditionExpression: `#projection = :from${from === firstLive ? ' OR attribute_not_exists(#projection)' : ''}`,
        ExpressionAttributeNames: { '#projection': projection },
        ExpressionAttributeValues: { ':from': { S: from }, ':to': { S: to } },
      }),
    );
  } catch (error) {
    if (!(error instanceof ConditionalCheckFailedException)) throw error;
    throw new Stopped(`Somebody else has switched the ${projection} meanwhile; nothing was changed.`);
  }
}

import {
  type AttributeValue,
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
  return (await readSlot(dynamodb, liveTable, projection)) ?? firstLive;
}

/** The slot that they used before, as long as nobody has emptied it since. */
export const readBefore = (
  dynamodb: DynamoDBClient,
  liveTable: string,
  projection: SlottedProjection,
): Promise<Slot | undefined> => readSlot(dynamodb, liveTable, beforeIn(projection));

export const otherSlot = (slot: Slot): Slot => (slot === 'blue' ? 'green' : 'blue');

/** Switches the projection's readers from one slot to the other, in one step; they see it within a second. */
export async function switchLive(
  dynamodb: DynamoDBClient,
  liveTable: string,
  projection: SlottedProjection,
  from: Slot,
  to: Slot,
): Promise<void> {
  // Refused: they use the other slot already, be it that the answer to an earlier try of this call was lost.
  await updateWhileLive(dynamodb, liveTable, projection, from, 'SET #projection = :to, #before = :live', {
    ':to': { S: to },
  });
}

/**
 * Forgets which slot the readers used before `live`, since it isn't any more what it was then.
 *
 * @throws Stopped where they don't use `live` any more.
 */
export async function forgetBefore(
  dynamodb: DynamoDBClient,
  liveTable: string,
  projection: SlottedProjection,
  live: Slot,
): Promise<void> {
  if (await updateWhileLive(dynamodb, liveTable, projection, live, 'REMOVE #before')) return;
  throw new Stopped(`Somebody else has switched the ${projection} meanwhile; nothing was changed.`);
}

/** Beside the projection's own attribute. */
const beforeIn = (projection: SlottedProjection) => `${projection}Before` as const;

const key = { [liveItem.partitionKey]: { S: liveItem.id } };

async function readSlot(dynamodb: DynamoDBClient, liveTable: string, attribute: string): Promise<Slot | undefined> {
  const { Item } = await dynamodb.send(new GetItemCommand({ TableName: liveTable, Key: key, ConsistentRead: true }));
  return slots.find((slot) => slot === Item?.[attribute]?.S);
}

/** Whether the item was updated: only while readers use `live`. */
async function updateWhileLive(
  dynamodb: DynamoDBClient,
  liveTable: string,
  projection: SlottedProjection,
  live: Slot,
  UpdateExpression: string,
  values: Record<string, AttributeValue> = {},
): Promise<boolean> {
  try {
    await dynamodb.send(
      new UpdateItemCommand({
        TableName: liveTable,
        Key: key,
        UpdateExpression,
        ConditionExpression: `#projection = :live${live === firstLive ? ' OR attribute_not_exists(#projection)' : ''}`,
        ExpressionAttributeNames: { '#projection': projection, '#before': beforeIn(projection) },
        ExpressionAttributeValues: { ':live': { S: live }, ...values },
      }),
    );
    return true;
  } catch (error) {
    if (error instanceof ConditionalCheckFailedException) return false;
    throw error;
  }
}

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

/**
 * Switches the projection's readers from one slot to the other, in one step; they see it within a second. Only while
 * the other slot is what `work` has made of it or, without that, is what they used before.
 *
 * @throws Stopped where somebody else has emptied it since.
 */
export async function switchLive(
  dynamodb: DynamoDBClient,
  liveTable: string,
  projection: SlottedProjection,
  { from, to, work }: { readonly from: Slot; readonly to: Slot; readonly work?: string },
): Promise<void> {
  const switched = await updateWhileLive(dynamodb, liveTable, projection, from, {
    update: 'SET #projection = :to, #before = :live',
    condition: work === undefined ? '#before = :to' : '#work = :work',
    names: work === undefined ? {} : { '#work': workIn(projection) },
    values: { ':to': { S: to }, ...(work !== undefined && { ':work': { S: work } }) },
  });
  // Refused, they may use the other slot already: the answer to an earlier try of this call was lost.
  if (switched || (await readLive(dynamodb, liveTable, projection)) === to) return;
  throw new Stopped(`Somebody else has emptied the ${to} ${projection} meanwhile: --restart makes them anew.`);
}

/**
 * Forgets which slot the readers used before `live`, since it isn't any more what it was then, but this work's.
 *
 * @throws Stopped where they don't use `live` any more.
 */
export async function forgetBefore(
  dynamodb: DynamoDBClient,
  liveTable: string,
  projection: SlottedProjection,
  { live, work }: { readonly live: Slot; readonly work: string },
): Promise<void> {
  const isLive = await updateWhileLive(dynamodb, liveTable, projection, live, {
    update: 'SET #work = :work REMOVE #before',
    names: { '#work': workIn(projection) },
    values: { ':work': { S: work } },
  });
  if (!isLive) throw new Stopped(`Somebody else has switched the ${projection} meanwhile; nothing was changed.`);
}

/** Beside the projection's own attribute. */
const beforeIn = (projection: SlottedProjection) => `${projection}Before` as const;
/** Names the work that emptied the idle slot last. */
const workIn = (projection: SlottedProjection) => `${projection}Work` as const;

const key = { [liveItem.partitionKey]: { S: liveItem.id } };

async function readSlot(dynamodb: DynamoDBClient, liveTable: string, attribute: string): Promise<Slot | undefined> {
  const { Item } = await dynamodb.send(new GetItemCommand({ TableName: liveTable, Key: key, ConsistentRead: true }));
  return slots.find((slot) => slot === Item?.[attribute]?.S);
}

interface LiveUpdate {
  readonly update: string;
  readonly condition?: string;
  readonly names: Record<string, string>;
  readonly values: Record<string, AttributeValue>;
}

/** Whether the item was updated: only while readers use `live`, and the condition holds. */
async function updateWhileLive(
  dynamodb: DynamoDBClient,
  liveTable: string,
  projection: SlottedProjection,
  live: Slot,
  { update, condition, names, values }: LiveUpdate,
): Promise<boolean> {
  const isLive = `(#projection = :live${live === firstLive ? ' OR attribute_not_exists(#projection)' : ''})`;
  try {
    await dynamodb.send(
      new UpdateItemCommand({
        TableName: liveTable,
        Key: key,
        UpdateExpression: update,
        ConditionExpression: condition === undefined ? isLive : `${isLive} AND ${condition}`,
        ExpressionAttributeNames: { '#projection': projection, '#before': beforeIn(projection), ...names },
        ExpressionAttributeValues: { ':live': { S: live }, ...values },
      }),
    );
    return true;
  } catch (error) {
    if (error instanceof ConditionalCheckFailedException) return false;
    throw error;
  }
}

import * as z from 'zod/mini';
import { event, type Happened } from '../event.ts';
import { maxQuantity } from '../money.ts';
import { Id, ShortText } from '../order/order.ts';

const quantityMessage = `must be an integer from 1 to ${maxQuantity}`;

/** A change of a store's stock, as the store sends it; fields that are not named here are kept as they came. */
const Inventory = z.looseObject(
  {
    request_id: ShortText,
    store_id: Id,
    /** What the store keeps. */
    name: ShortText,
    /** Whether it came (back) in; if not, it went out. */
    is_return: z.boolean('must be true or false'),
    /** How many; one, where nothing is said. */
    quantity: z._default(
      z.int(quantityMessage).check(z.gte(1, quantityMessage), z.lte(maxQuantity, quantityMessage)),
      1,
    ),
    category: z.optional(z.string('must be a text')),
  },
  'must be an object',
);

/** Goods came into a store or left it. Its id is the store's `request_id`, its subject the store. */
export const InventoryChanged = event('InventoryChanged', 1, Inventory);
export type InventoryChanged = Happened<typeof InventoryChanged>;

/** By how much the stock grows, or shrinks. */
export const stockChange = ({ data }: InventoryChanged): number => (data.is_return ? data.quantity : -data.quantity);

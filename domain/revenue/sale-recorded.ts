import * as z from 'zod/mini';
import { event, type Happened } from '../event.ts';
import { centsFromNumber, centsFromText } from '../money.ts';
import { Id, numeric, ShortText } from '../order/order.ts';

/** The largest single sale: ten million, in cents. Nine million of them still add up to an exact integer. */
const maxSaleCents = 1_000_000_000;

const Sales = numeric(
  (value) => {
    const cents =
      typeof value === 'string' ? centsFromText(value) : typeof value === 'number' ? centsFromNumber(value) : undefined;
    return cents !== undefined && cents <= maxSaleCents ? Number(value) : undefined;
  },
  `must be a number from 0 to ${maxSaleCents / 100} with at most two decimals`,
);

/** A sale as a store sends it; fields that are not named here are kept as they came. */
const Sale = z.looseObject(
  {
    request_id: ShortText,
    store_id: Id,
    /** The amount, with at most two decimals; a decimal text is read as the number that it spells. */
    sales: Sales,
    /** Whether the goods came back. */
    is_return: z.boolean('must be true or false'),
    name: z.optional(z.string('must be a text')),
    category: z.optional(z.string('must be a text')),
  },
  'must be an object',
);

/** A store sold something. Its id is the store's `request_id`, its subject the store. */
export const SaleRecorded = event('SaleRecorded', 1, Sale);
export type SaleRecorded = Happened<typeof SaleRecorded>;

/** The amount of the sale: whole cents. */
export const saleCents = ({ data }: SaleRecorded): number => centsFromNumber(data.sales) as number;

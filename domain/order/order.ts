import * as z from 'zod/mini';
import { centsFromNumber, centsFromText, maxQuantity, maxUnitPriceCents } from '../money.ts';

/** An account's or a vendor's id. Its characters need no escaping in a key, a path or a URL, and no two collide. */
export const Id = z
  .string('must be a text')
  .check(
    z.regex(
      /^[A-Za-z0-9][A-Za-z0-9._@-]{0,63}$/,
      'must be 1 to 64 of the characters A-Z a-z 0-9 . _ @ -, and begin with a letter or a digit',
    ),
  );

const dateTime =
  /^(\d{4})-(\d\d)-(\d\d)(?:[T ]([01]\d|2[0-3]):[0-5]\d(?::[0-5]\d(?:\.\d{1,9})?)?(?:Z|[+-](?:[01]\d|2[0-3])(?::?[0-5]\d)?)?)?$/;

function isDateTime(text: string): boolean {
  const [, year, month, day] = dateTime.exec(text)?.map(Number) ?? [];
  if (!year || !month || !day || month > 12) return false;
  return day <= new Date(Date.UTC(year, month, 0)).getUTCDate();
}

/** Python's `str(datetime.now())` or ISO 8601; checked, kept verbatim, and nothing sorts by it. */
export const OrderDate = z
  .string('must be a text')
  .check(
    z.refine(
      isDateTime,
      "must be a date and time as Python's str(datetime.now()) or ISO 8601, such as 2026-01-31 14:47:00.123456",
    ),
  );

/** Reads what a client may send as a number or as a text; the event holds the number. */
export const numeric = (read: (value: unknown) => number | undefined, detail: string) =>
  z.transform((value: unknown, context): number => {
    const number = read(value);
    if (number !== undefined) return number;
    context.issues.push({ code: 'custom', message: detail, input: value });
    return z.NEVER;
  });

const UnitPrice = numeric(
  (value) => {
    const cents =
      typeof value === 'string' ? centsFromText(value) : typeof value === 'number' ? centsFromNumber(value) : undefined;
    return cents !== undefined && cents <= maxUnitPriceCents ? Number(value) : undefined;
  },
  `must be a number from 0 to ${maxUnitPriceCents / 100} with at most two decimals`,
);

const Quantity = numeric((value) => {
  const quantity = typeof value === 'string' && /^[1-9]\d{0,6}$/.test(value) ? Number(value) : value;
  return Number.isInteger(quantity) && Number(quantity) >= 1 && Number(quantity) <= maxQuantity
    ? Number(quantity)
    : undefined;
}, `must be an integer from 1 to ${maxQuantity}`);

/** A text of 1 to 256 characters. */
export const ShortText = z
  .string('must be a text')
  .check(z.minLength(1, 'must not be empty'), z.maxLength(256, 'must have at most 256 characters'));

const GivenByTheService = z.optional(z.never('is given by the service and cannot be sent'));

/**
 * An order as the event holds it; fields that are not named here are kept as they came. `eventId` and `receivedAt` are
 * refused, because `GET /order` answers with them beside the order's own fields.
 */
export const Order = z.looseObject(
  {
    accountid: Id,
    vendorid: Id,
    orderdate: OrderDate,
    city: z.optional(z.string('must be a text')),
    details: z.looseObject(
      { coffeetype: ShortText, coffeesize: ShortText, unitprice: UnitPrice, quantity: Quantity },
      'must be an object',
    ),
    eventId: GivenByTheService,
    receivedAt: GivenByTheService,
  },
  'must be an object',
);
export type Order = z.infer<typeof Order>;

/** An order as a client may send it: the invoice holds a `totalCents` of its own beside the order's fields. */
export const NewOrder = z.extend(Order, { totalCents: GivenByTheService });

/** Where an order goes: `accountid/vendorid`. Names the aggregate, and so is the event's subject and partition key. */
export const orderSubject = (order: Pick<Order, 'accountid' | 'vendorid'>): string =>
  `${order.accountid}/${order.vendorid}`;

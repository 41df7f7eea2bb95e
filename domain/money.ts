/** Amounts of money: whole cents, never a float that was added to another. */

/** Cents and quantities up to here multiply to an exact integer. */
export const maxQuantity = 1_000_000;
/** The largest unit price whose total, at the largest quantity, is still an exact integer of cents. */
export const maxUnitPriceCents = Math.floor(Number.MAX_SAFE_INTEGER / maxQuantity);

/**
 * The cents in a decimal text such as `2.5`, `2.50` or `3`; undefined where the text is no amount: a sign, an exponent,
 * more than two decimals, leading zeros.
 */
export function centsFromText(text: string): number | undefined {
  if (!/^(?:0|[1-9]\d{0,11})(?:\.\d{1,2})?$/.test(text)) return undefined;
  const point = text.indexOf('.');
  if (point < 0) return Number(text) * 100;
  return Number(text.slice(0, point)) * 100 + Number(text.slice(point + 1).padEnd(2, '0'));
}

/** The cents in a number: its shortest decimal text counts, so 0.29 is 29 cents whatever its bits say. */
export const centsFromNumber = (amount: number): number | undefined => centsFromText(String(amount));

/** The amount that so many cents are; exact for up to 15 digits. */
export const amountOf = (cents: number): number => cents / 100;

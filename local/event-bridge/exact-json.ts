/** Not in TypeScript's library yet. https://github.com/tc39/proposal-json-parse-with-source */
const exact = JSON as unknown as {
  parse(text: string, revive: (key: string, value: unknown, at: { readonly source?: string }) => unknown): unknown;
  rawJSON(text: string): unknown;
};

/**
 * Parses JSON of which parts are written out again: a number that a double doesn't hold as it was written (`59109.60`,
 * twenty digits) becomes an object that `JSON.stringify` writes so.
 */
export const parseExactly = (text: string): unknown =>
  exact.parse(text, (_, value, { source }) =>
    typeof value === 'number' && source !== undefined && String(value) !== source ? exact.rawJSON(source) : value,
  );

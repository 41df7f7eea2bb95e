/**
 * How much of an answer its parts may take together, in bytes. Lambda takes 6,291,556 bytes of response, headers
 * included. https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html
 */
export const answerBytes = 5_000_000;

/** How many bytes a value takes in an answer: the body is a text in Lambda's own JSON, so that it is escaped twice. */
export const bytesInAnswer = (value: unknown): number => Buffer.byteLength(JSON.stringify(JSON.stringify(value)));

/** The first of `items`: as many as take no more than `bytes` of an answer, and one at least. */
export function fitting<Item>(items: readonly Item[], bytes = answerBytes): Item[] {
  let taken = 0;
  const end = items.findIndex((item, place) => {
    taken += bytesInAnswer(item);
    return place > 0 && taken > bytes;
  });
  return end < 0 ? [...items] : items.slice(0, end);
}

/**
 * How much of an answer its parts may take together, in bytes. Lambda takes 6,291,556 bytes of response, headers
 * included. https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html
 */
const answerBytes = 5_000_000;

/** How many bytes a value takes in an answer: the body is a text in Lambda's own JSON, so that it is escaped twice. */
const bytesInAnswer = (value: unknown): number => Buffer.byteLength(JSON.stringify(JSON.stringify(value)));

/** Asked of one item after the other: whether it still fits into `bytes` of an answer; the first always does. */
export function roomInAnswer(bytes = answerBytes): (item: unknown) => boolean {
  let taken = 0;
  return (item) => {
    const isFirst = taken === 0;
    taken += bytesInAnswer(item);
    return isFirst || taken <= bytes;
  };
}

/** The first of `items`: as many as take no more than `bytes` of an answer, and one at least. */
export function fitting<Item>(items: readonly Item[], bytes = answerBytes): Item[] {
  const fits = roomInAnswer(bytes);
  const end = items.findIndex((item) => !fits(item));
  return end < 0 ? [...items] : items.slice(0, end);
}

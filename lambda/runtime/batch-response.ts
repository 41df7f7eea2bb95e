/**
 * What Lambda expects of a function that reports partial failures.
 * https://docs.aws.amazon.com/lambda/latest/dg/services-kinesis-batchfailurereporting.html
 */
export interface BatchResponse {
  batchItemFailures: { itemIdentifier: string }[];
}

/**
 * Answers with the lowest failed place of a batch, where Lambda checkpoints and from where it delivers again.
 * `sequenceNumbers` are the batch's, `failures` what went wrong, by place.
 *
 * When the lowest failure is the first of several records it throws instead, so that Lambda halves the batch, which
 * spends no retry, until the failing record is alone: its neighbours keep their retries.
 */
export function batchResponse(
  sequenceNumbers: readonly string[],
  failures: ReadonlyMap<number, unknown>,
): BatchResponse {
  if (failures.size === 0) return { batchItemFailures: [] };
  const lowest = Math.min(...failures.keys());
  if (lowest === 0 && sequenceNumbers.length > 1) {
    throw new Error('the first of several records failed: halve the batch', { cause: failures.get(0) });
  }
  return { batchItemFailures: [{ itemIdentifier: sequenceNumbers[lowest] as string }] };
}

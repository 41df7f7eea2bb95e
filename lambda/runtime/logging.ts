/**
 * One line a fact, in the past tense, with ids and never payloads. Lambda's own JSON log format adds time, level and
 * request id (https://docs.aws.amazon.com/lambda/latest/dg/nodejs-logging.html), so no library needs loading.
 */
export const log = {
  info: (message: string, facts: Record<string, unknown>): void => console.info({ message, ...facts }),
  error: (message: string, facts: Record<string, unknown>): void => console.error({ message, ...facts }),
};

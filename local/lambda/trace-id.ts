import { randomUUID } from 'node:crypto';

/**
 * A new trace, not sampled, as Lambda hands it to a function.
 * https://docs.aws.amazon.com/xray/latest/devguide/xray-concepts.html#xray-concepts-tracingheader
 */
export const newTraceId = (): string => {
  const seconds = Math.floor(Date.now() / 1_000).toString(16);
  const digits = `${randomUUID()}${randomUUID()}`.replaceAll('-', '');
  return `Root=1-${seconds}-${digits.slice(0, 24)};Parent=${digits.slice(48)};Sampled=0`;
};

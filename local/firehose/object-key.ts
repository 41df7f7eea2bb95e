import { randomBytes, randomUUID } from 'node:crypto';
import { compileTimePattern } from './java-time-format.ts';

/** Where a delivery stream puts its objects. */
export interface KeySettings {
  readonly streamName: string;
  readonly prefix: string;
  readonly errorOutputPrefix: string;
  /** Of every key; with its dot. */
  readonly extension: string;
  readonly timeZone: string;
}

/** Names an object by the arrival of its oldest record (milliseconds since the epoch). */
export type ObjectKey = (oldestMs: number) => string;

/** A prefix that Firehose doesn't take. */
export class InvalidPrefix extends Error {
  override readonly name = 'InvalidPrefix';
}

/** What kind of error output there is here. */
const errorOutputType = 'processing-failed';
const expression = /!\{([^}]*)\}/g;

/**
 * Compiles the keys of the objects with records, and of those with what could not be transformed:
 * `<prefix><stream>-1-<YYYY-MM-dd-HH-mm-ss>-<UUID><extension>`. A prefix without an expression is followed by
 * `YYYY/MM/dd/HH/`, that of the errors by `processing-failed/` before it. No slash is put in.
 *
 * @throws InvalidPrefix, InvalidTimePattern, RangeError for a time zone that is none.
 * @see https://docs.aws.amazon.com/firehose/latest/dev/s3-prefixes.html
 */
export const compileKeys = (settings: KeySettings): { readonly records: ObjectKey; readonly errors: ObjectKey } => {
  const { prefix, errorOutputPrefix, timeZone } = settings;
  if (hasExpression(prefix) && errorOutputPrefix === '')
    throw new InvalidPrefix('ErrorOutputPrefix must be given where Prefix has expressions');
  if (hasExpression(errorOutputPrefix) && !errorOutputPrefix.includes('!{firehose:error-output-type}'))
    throw new InvalidPrefix('ErrorOutputPrefix must have !{firehose:error-output-type} where it has expressions');
  const hourly = compileTimePattern('yyyy/MM/dd/HH/', timeZone);
  const recordsPrefix = compilePrefix(prefix, timeZone, false);
  const errorsPrefix = compilePrefix(errorOutputPrefix || prefix, timeZone, true);
  const fileName = compileTimePattern('yyyy-MM-dd-HH-mm-ss', timeZone);
  const named = (atMs: number) => `${settings.streamName}-1-${fileName(atMs)}-${randomUUID()}${settings.extension}`;
  return {
    records: (atMs) => `${recordsPrefix(atMs)}${hasExpression(prefix) ? '' : hourly(atMs)}${named(atMs)}`,
    errors: (atMs) => {
      const rest = hasExpression(errorOutputPrefix) ? '' : `${errorOutputType}/${hourly(atMs)}`;
      return `${errorsPrefix(atMs)}${rest}${named(atMs)}`;
    },
  };
};

const hasExpression = (prefix: string): boolean => prefix.search(expression) >= 0;

const compilePrefix = (prefix: string, timeZone: string, isError: boolean): ObjectKey => {
  const parts = prefix.split(expression).map((text, index): ObjectKey => {
    if (index % 2 === 0) return () => text;
    const [namespace, value = ''] = text.split(/:(.*)/s);
    if (namespace === 'timestamp' && value !== '') return compileTimePattern(value, timeZone);
    if (text === 'firehose:random-string') return () => randomString();
    if (text === 'firehose:error-output-type' && isError) return () => errorOutputType;
    throw new InvalidPrefix(`!{${text}} is not run here${isError ? '' : ' in Prefix'}`);
  });
  return (atMs) => parts.map((part) => part(atMs)).join('');
};

/** Eleven characters, other ones for each object. */
const randomString = (): string => randomBytes(16).toString('base64').replace(/\W/g, '').slice(0, 11).padEnd(11, '0');

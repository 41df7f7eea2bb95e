import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import { S3Error } from './errors.ts';
import { type Payload, readPayload } from './payload.ts';

/** A request in path style: `/bucket/key?query`. */
export interface S3Request {
  readonly method: string;
  /** Empty in a request to the service itself. */
  readonly bucket: string;
  /** Empty in a request to a bucket. */
  readonly key: string;
  readonly query: ReadonlyMap<string, string>;
  readonly headers: IncomingHttpHeaders;
  readonly payload: Payload;
}

export interface S3Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | number>>;
  readonly body?: string | Buffer | Streamed;
}

/** A body that is too large to be held in memory. */
export interface Streamed {
  readonly chunks: Iterator<Uint8Array, void>;
  /** To be called once nothing more is read. */
  readonly release: () => void;
}

const longestKey = 1_024;

export const readRequest = ({ method = '', url = '', headers }: IncomingMessage, body: Buffer): S3Request => {
  const mark = url.indexOf('?');
  const path = mark < 0 ? url : url.slice(0, mark);
  const slash = path.indexOf('/', 1);
  const bucket = decoded(slash < 0 ? path.slice(1) : path.slice(1, slash));
  const key = slash < 0 ? '' : decoded(path.slice(slash + 1));
  if (key.length > longestKey / 4 && Buffer.byteLength(key) > longestKey)
    throw new S3Error(400, 'KeyTooLongError', 'Your key is too long');
  const query = readQuery(mark < 0 ? '' : url.slice(mark + 1));
  return { method, bucket, key, query, headers, payload: readPayload(headers, body) };
};

const readQuery = (text: string): Map<string, string> => {
  const query = new Map<string, string>();
  if (text === '') return query;
  for (const parameter of text.split('&')) {
    const equals = parameter.indexOf('=');
    const name = equals < 0 ? parameter : parameter.slice(0, equals);
    query.set(decoded(name), equals < 0 ? '' : decoded(parameter.slice(equals + 1).replaceAll('+', ' ')));
  }
  return query;
};

/** Percent escapes must make UTF-8: a key is text. */
export const decoded = (text: string): string => {
  if (!text.includes('%')) return text;
  try {
    return decodeURIComponent(text);
  } catch {
    throw new S3Error(400, 'InvalidURI', "Couldn't parse the specified URI.");
  }
};

/** A header's value, where it came once. */
export const headerOf = ({ headers }: S3Request, name: string): string | undefined => {
  const value = headers[name];
  return value === undefined ? undefined : String(value);
};

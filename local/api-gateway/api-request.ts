import { randomUUID } from 'node:crypto';
import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import { newTrace } from './request-ids.ts';

/** One HTTP request to an API, read whole. */
export interface ApiRequest {
  /** In upper case, as sent. */
  readonly httpMethod: string;
  /** Path and query as sent, the stage included. */
  readonly url: string;
  /** The first segment of the path. */
  readonly stageName: string;
  /** The path behind the stage, never decoded; several leading slashes count as one. */
  readonly path: string;
  /** Behind the question mark, never decoded; `''` where there is none. */
  readonly query: string;
  /** Names in lower case. */
  readonly headers: IncomingHttpHeaders;
  /** Names and values in turn, as sent. */
  readonly rawHeaders: readonly string[];
  readonly body: Buffer;
  readonly sourceIp: string;
  /** Where it arrived. */
  readonly port: number;
  readonly requestId: string;
  /** The client's own `X-Amzn-Trace-Id`, or a new one. */
  readonly trace: string;
  readonly receivedAtMs: number;
}

export const readRequest = (message: IncomingMessage, body: Buffer, receivedAtMs: number): ApiRequest => {
  const url = originForm(message.url ?? '/');
  const question = url.indexOf('?');
  const fullPath = question < 0 ? url : url.slice(0, question);
  const requestId = randomUUID();
  const slash = fullPath.indexOf('/', 1);
  return {
    httpMethod: message.method ?? 'GET',
    url,
    stageName: slash < 0 ? fullPath.slice(1) : fullPath.slice(1, slash),
    path: slash < 0 ? '/' : withOneLeadingSlash(fullPath, slash),
    query: question < 0 ? '' : url.slice(question + 1),
    headers: message.headers,
    rawHeaders: message.rawHeaders,
    body,
    sourceIp: withoutIpv6Prefix(message.socket.remoteAddress ?? '127.0.0.1'),
    port: message.socket.localPort ?? 0,
    requestId,
    trace: message.headers['x-amzn-trace-id']?.toString() ?? newTrace(requestId, receivedAtMs),
    receivedAtMs,
  };
};

/** A proxy's `GET http://host/path` as `/path`. */
const originForm = (url: string): string => {
  if (url.startsWith('/')) return url;
  const scheme = url.indexOf('://');
  const path = scheme < 0 ? -1 : url.indexOf('/', scheme + 3);
  return path < 0 ? '/' : url.slice(path);
};

const withOneLeadingSlash = (path: string, from: number): string => {
  let start = from;
  while (path.charCodeAt(start + 1) === SLASH) start += 1;
  return path.slice(start);
};

const withoutIpv6Prefix = (address: string): string => (address.startsWith('::ffff:') ? address.slice(7) : address);

const SLASH = 47;

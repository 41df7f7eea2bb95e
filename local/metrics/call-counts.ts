import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

/** The calls of one action under one key, since the runtime started. */
export interface CallCount {
  readonly accessKeyId: string;
  /** As it signs: `kinesis`, `dynamodb`, `s3`, `sqs`, `lambda` … */
  readonly service: string;
  /** As the service names it: `PutRecords`. */
  readonly action: string;
  calls: number;
  /** Of the requests and the answers, headers included. */
  bytesIn: number;
  bytesOut: number;
}

/** More than a stack needs; what comes later is counted together, so that no caller can fill the memory. */
const countsKept = 2_000;

/**
 * Counts calls as they end, by key and action. Bytes are what came and went on the connection since its call before, so
 * that no header is looked at twice.
 */
export class CallCounts {
  readonly #counts = new Map<string, CallCount>();
  readonly #sockets = new WeakMap<Socket, { read: number; written: number }>();

  /** To be called as a request begins. */
  count(request: IncomingMessage, response: ServerResponse, service: string, action: string): void {
    const count = this.#of(accessKeyOf(request), service, action);
    const { socket } = request;
    response.once('close', () => {
      let last = this.#sockets.get(socket);
      if (!last) {
        last = { read: 0, written: 0 };
        this.#sockets.set(socket, last);
      }
      const { bytesRead, bytesWritten } = socket;
      count.calls++;
      count.bytesIn += bytesRead - last.read;
      count.bytesOut += bytesWritten - last.written;
      last.read = bytesRead;
      last.written = bytesWritten;
    });
  }

  list(): CallCount[] {
    return Array.from(this.#counts.values(), (count) => ({ ...count }));
  }

  #of(accessKeyId: string, service: string, action: string): CallCount {
    const key = `${accessKeyId} ${service} ${action}`;
    const known = this.#counts.get(key);
    if (known) return known;
    const isOfOthers = accessKeyId === '' && action === 'others';
    if (this.#counts.size >= countsKept && !isOfOthers) return this.#of('', service, 'others');
    const count = { accessKeyId, service, action, calls: 0, bytesIn: 0, bytesOut: 0 };
    this.#counts.set(key, count);
    return count;
  }
}

const credentialAt = 'AWS4-HMAC-SHA256 Credential='.length;
const longestName = 128;

/**
 * The access key that a request names, in its header or in a signed link; not checked here. Empty where it names none.
 */
export function accessKeyOf({ headers, url = '' }: Pick<IncomingMessage, 'headers' | 'url'>): string {
  const { authorization } = headers;
  if (authorization !== undefined) return authorization.slice(credentialAt, end(authorization, '/', credentialAt));
  const at = url.indexOf('X-Amz-Credential=') + 'X-Amz-Credential='.length;
  return at < 'X-Amz-Credential='.length ? '' : url.slice(at, end(url, '%2F', at));
}

/** The action of a call in AWS's JSON protocols: what follows the dot in `X-Amz-Target: Kinesis_20131202.PutRecord`. */
export function targetedAction({ headers }: Pick<IncomingMessage, 'headers'>): string {
  const target = headers['x-amz-target'];
  return typeof target === 'string' ? target.slice(target.indexOf('.') + 1, longestName) : 'none';
}

const end = (text: string, mark: string, from: number): number => {
  const found = text.indexOf(mark, from);
  return found < 0 ? from : Math.min(found, from + longestName);
};

import { randomUUID } from 'node:crypto';
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { targetedAction } from '../../../metrics/call-counts.ts';
import type { Keys } from '../../../principals.ts';
import { receiveBody } from '../receive-body.ts';
import { takeBack } from '../take-back.ts';
import { isSigned, mediaType } from './access.ts';
import { callNamed } from './calls.ts';
import { SqsError } from './errors.ts';
import { type Input, isObject } from './input.ts';
import type { SqsStores } from './stores.ts';

const largestBody = 11 * 1_048_576;

interface Answer {
  readonly status: number;
  readonly body: object;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Serves SQS to calls that are signed with one of the keys. */
export const sqsListener =
  (stores: SqsStores, keys: Keys): RequestListener =>
  (request, response) => {
    receiveBody(request, largestBody, async (body) => {
      const answer = await answerTo(stores, request, response, body, keys).catch((error) => refusal(stores, error));
      stores.storage.whenSettled((failure) => send(response, failure ? internalFailure : answer));
    });
  };

const answerTo = async (
  stores: SqsStores,
  request: IncomingMessage,
  response: ServerResponse,
  body: Buffer | undefined,
  keys: Keys,
): Promise<Answer> => {
  if (!body) return coralError(413, 'RequestEntityTooLargeException', 'The request is larger than 11 MiB.');
  if (!isSigned(request, body, keys))
    return coralError(403, 'InvalidSignatureException', 'The request signature is missing or does not match.');
  const input = parsed(body);
  if (!input) return coralError(400, 'SerializationException', 'The request body cannot be read.');
  const call = callNamed(targetedAction(request));
  const client = new AbortController();
  response.once('close', () => client.abort());
  const context = { host: request.headers.host ?? '', now: Date.now(), signal: client.signal };
  return { status: 200, body: await call(stores, input, context) };
};

const parsed = (body: Buffer): Input | undefined => {
  try {
    const input: unknown = JSON.parse(body.toString());
    return isObject(input) ? input : undefined;
  } catch {
    return undefined;
  }
};

const refusal = ({ storage }: SqsStores, error: unknown): Answer => {
  if (!(error instanceof SqsError)) {
    takeBack(storage, error);
    return internalFailure;
  }
  return {
    status: 400,
    body: { __type: `com.amazonaws.sqs#${error.code}`, message: error.message },
    headers: { 'x-amzn-query-error': `${error.queryCode};Sender` },
  };
};

/** AWS's names for the errors that come before a call is understood. */
const coralError = (status: number, name: string, message: string): Answer => ({
  status,
  body: { __type: `com.amazon.coral.service#${name}`, message },
});

const internalFailure = coralError(500, 'InternalFailure', 'The request failed on our side. Please try again.');

const send = (response: ServerResponse, { status, body, headers }: Answer): void => {
  const text = Buffer.from(JSON.stringify(body));
  response.writeHead(status, {
    'content-type': mediaType,
    'content-length': text.length,
    'x-amzn-requestid': randomUUID(),
    ...headers,
  });
  response.end(text);
};

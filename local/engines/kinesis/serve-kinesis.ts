import { randomUUID } from 'node:crypto';
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { endOnDamage } from '../../storage/damage.ts';
import type { KinesisEngine } from './engine.ts';
import { KinesisError, serialization } from './errors.ts';

/** A `PutRecords` of 10 MiB in base64, and what surrounds its records. */
const largestBodyBytes = 15 * 1_048_576;
const json = 'application/x-amz-json-1.1';
const target = 'Kinesis_20131202.';

/** Serves Kinesis's JSON protocol. Sends each answer after the store has committed what the answer says. */
export const serveKinesis =
  (engine: KinesisEngine): RequestListener =>
  (request, response) => {
    let chunks: Buffer[] = [];
    let length = 0;
    request.on('error', () => {}); // a client that went away
    request.on('data', (chunk: Buffer) => {
      length += chunk.length;
      if (length > largestBodyBytes) chunks = [];
      else chunks.push(chunk);
    });
    request.on('end', () => {
      if (length > largestBodyBytes) return void response.writeHead(413).end();
      const body = chunks.length === 1 ? (chunks[0] as Buffer) : Buffer.concat(chunks, length);
      answer(engine, request, response, body);
    });
  };

const answer = (engine: KinesisEngine, request: IncomingMessage, response: ServerResponse, body: Buffer): void => {
  const refusal = refusalOf(request);
  if (refusal) sendXml(response, refusal);
  else answerCall(engine, request, response, body);
};

const answerCall = (engine: KinesisEngine, request: IncomingMessage, response: ServerResponse, body: Buffer): void => {
  let status = 200;
  let text: string;
  try {
    text = engine.call(operationOf(request), parse(body));
  } catch (error) {
    endOnDamage(error);
    [status, text] = errorOf(error);
  }
  engine.storage.whenSettled((failure) => {
    if (failure) [status, text] = errorOf(failure);
    send(response, status, json, text);
  });
};

const operationOf = ({ headers }: IncomingMessage): string => {
  const name = headers['x-amz-target'];
  if (typeof name !== 'string' || !name.startsWith(target))
    throw new KinesisError('UnknownOperationException', 'The header X-Amz-Target names no operation of Kinesis.');
  return name.slice(target.length);
};

const parse = (body: Buffer): unknown => {
  try {
    return JSON.parse(body.toString());
  } catch {
    throw serialization('The body is not JSON.');
  }
};

/** An unexpected error is a defect, or a store that cannot be written: the request is lost, and not the engine. */
const errorOf = (error: unknown): [status: number, text: string] => {
  const { message } = error as Error;
  if (!(error instanceof KinesisError)) return [500, JSON.stringify({ __type: 'InternalFailure', message })];
  return [error.status, JSON.stringify({ __type: error.name, message })];
};

const send = (response: ServerResponse, status: number, type: string, text: string): void => {
  const id = randomUUID();
  response.writeHead(status, {
    'x-amzn-RequestId': id,
    'x-amz-id-2': id,
    'Content-Type': type,
    'Content-Length': Buffer.byteLength(text),
  });
  response.end(text);
};

/** What AWS answers in XML: it can't tell yet which protocol the client speaks. */
interface Refusal {
  readonly status: number;
  readonly name: string;
  readonly message?: string;
}

const refusalOf = ({ method, headers, url = '' }: IncomingMessage): Refusal | undefined => {
  const type = headers['content-type'] ?? '';
  if (method !== 'POST' || (!type.startsWith(json) && headers['x-amz-target'] === undefined))
    return {
      status: 403,
      name: 'AccessDeniedException',
      message: 'Unable to determine service/operation name to be authorized',
    };
  if (type.startsWith('application/x-amz-cbor'))
    return {
      status: 415,
      name: 'SerializationException',
      message: `CBOR is not spoken here, only ${json}: set AWS_CBOR_DISABLE=true`,
    };
  if (!type.startsWith(json)) return { status: 404, name: 'UnknownOperationException' };
  if (headers.authorization === undefined && !url.includes('X-Amz-Algorithm='))
    return { status: 403, name: 'MissingAuthenticationTokenException', message: 'Missing Authentication Token' };
  return undefined;
};

const sendXml = (response: ServerResponse, { status, name, message }: Refusal): void =>
  send(
    response,
    status,
    'application/xml',
    message === undefined ? `<${name}/>\n` : `<${name}>\n  <Message>${message}</Message>\n</${name}>\n`,
  );

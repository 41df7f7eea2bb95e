import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { Engine } from './engines/engine.ts';
import { createServer } from './http.ts';
import { listen } from './listen.ts';
import { type CallCounts, targetedAction } from './metrics/call-counts.ts';
import type { Keys } from './principals.ts';
import { readBody, verifyRequest } from './signed-request.ts';

/** A service of AWS that speaks JSON 1.1: every call is a POST that names its action in `X-Amz-Target`. */
export interface JsonService {
  /** As a signature names it. */
  readonly service: string;
  /** What stands before the action's name: `AWSEvents`. */
  readonly targetPrefix: string;
  /** By name; each takes the parsed body and answers what goes out as JSON, or throws a `ServiceError`. */
  readonly actions: Readonly<Record<string, (input: JsonObject) => object | Promise<object>>>;
  /** The largest body it reads. */
  readonly limitBytes: number;
  /** Every request must be signed with one of these. */
  readonly keys: Keys;
  readonly calls: CallCounts;
  readonly region: string;
}

export type JsonObject = Readonly<Record<string, unknown>>;

/** What a service answers to a call that it refuses. */
export class ServiceError extends Error {
  readonly status: number;
  constructor(name: string, message: string, status = 400) {
    super(message);
    this.name = name;
    this.status = status;
  }
}

/** The refusal of a request that breaks a rule of its shape. */
export const validationError = (message: string): ServiceError => new ServiceError('ValidationException', message);

/** Serves it on a free port of 127.0.0.1. Closing finishes the calls that are under way. */
export const startJsonService = async (definition: JsonService): Promise<Engine> => {
  const server = createServer({ keepAliveTimeout: 65_000 }, async (message, response) => {
    definition.calls.count(message, response, definition.service, targetedAction(message));
    const { status, body } = await answer(message, definition).then(
      (output) => ({ status: 200, body: output }),
      (error: unknown) => refusal(error),
    );
    response.writeHead(status, { 'Content-Type': 'application/x-amz-json-1.1', 'x-amzn-RequestId': randomUUID() });
    response.end(JSON.stringify(body));
  });
  return listen(server);
};

const answer = async (message: IncomingMessage, definition: JsonService): Promise<object> => {
  const { limitBytes } = definition;
  const body = await readBody(message, limitBytes);
  if (!body)
    throw new ServiceError('RequestEntityTooLargeException', `Request must be smaller than ${limitBytes} bytes.`, 413);
  checkSignature(message, body, definition);
  const [prefix, name = ''] = String(message.headers['x-amz-target'] ?? '').split('.');
  const { actions, targetPrefix } = definition;
  const action = prefix === targetPrefix && Object.hasOwn(actions, name) ? actions[name] : undefined;
  if (!action) {
    const known = Object.keys(actions).join(' and ');
    throw new ServiceError('UnknownOperationException', `Only ${known} of this service are run here.`);
  }
  return action(parse(body));
};

const checkSignature = (message: IncomingMessage, body: Buffer, definition: JsonService): void => {
  const { fault } = verifyRequest(message, body, definition);
  if (fault === 'missing')
    throw new ServiceError('MissingAuthenticationTokenException', 'Missing Authentication Token', 403);
  if (fault)
    throw new ServiceError('InvalidSignatureException', `The signature of the request does not hold: ${fault}.`, 403);
};

const parse = (body: Buffer): JsonObject => {
  let input: unknown;
  try {
    input = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body));
  } catch {
    throw new ServiceError('SerializationException', 'The body is not JSON.');
  }
  if (typeof input !== 'object' || input === null || Array.isArray(input))
    throw new ServiceError('SerializationException', 'The body is not a JSON object.');
  return input as JsonObject;
};

const refusal = (error: unknown): { status: number; body: object } => {
  if (error instanceof ServiceError)
    return { status: error.status, body: { __type: error.name, message: error.message } };
  const message = error instanceof Error ? error.message : String(error);
  return { status: 500, body: { __type: 'InternalException', message } };
};

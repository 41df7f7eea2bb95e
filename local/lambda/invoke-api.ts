import { isUtf8 } from 'node:buffer';
import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Clock } from '../clock.ts';
import type { Engine } from '../engines/engine.ts';
import type { MappingSwitch } from '../event-source-mapping/mapping-switch.ts';
import { createServer } from '../http.ts';
import { type Access, AccessDenied, InvalidToken } from '../iam/access.ts';
import { listen } from '../listen.ts';
import type { CallCounts } from '../metrics/call-counts.ts';
import type { Keys } from '../principals.ts';
import { readBody, splitUrl, verifyRequest } from '../signed-request.ts';
import { type ApiAnswer, json, refusal } from './api-answer.ts';
import type { AsyncInvocations } from './async-invocations.ts';
import { findFunction } from './function-name.ts';
import { type LocalFunction, payloadLimitBytes, RequestTooLarge, TooManyRequests } from './local-function.ts';
import { answerMappingCall } from './mapping-api.ts';
import { permissionOf } from './permission.ts';

export interface InvokeApiOptions {
  /** By ARN; those that are added later are found too. */
  readonly functions: ReadonlyMap<string, LocalFunction>;
  /** By UUID; those that are added later are found too. */
  readonly mappings: ReadonlyMap<string, MappingSwitch>;
  /** Every request must be signed with one of these, by somebody who may do what it asks for. */
  readonly keys: Keys;
  readonly access: Access;
  readonly calls: CallCounts;
  readonly region: string;
  readonly accountId: string;
  readonly clock: Clock;
  /** Takes the events of asynchronous calls. */
  readonly asyncInvocations: AsyncInvocations;
}

interface ApiCall {
  readonly requestId: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingMessage['headers'];
  readonly body: Buffer;
}

/** The largest event of an asynchronous invocation. */
const eventLimitBytes = 1_048_576;

/**
 * Serves Lambda's `Invoke` on a free port of 127.0.0.1, so that `aws lambda invoke --endpoint-url` and every SDK reach
 * the functions; `GetFunction`, `GetFunctionConfiguration` and `ListFunctions` too, with what is known of them here,
 * and what reads and switches event source mappings. https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html
 */
export const startInvokeApi = async (options: InvokeApiOptions): Promise<Engine> => {
  const server = createServer({ keepAliveTimeout: 65_000 }, async (message, response) => {
    const requestId = randomUUID();
    options.calls.count(message, response, 'lambda', actionOf(message));
    const answer = await answerMessage(message, requestId).catch(failed);
    write(response, requestId, answer);
  });

  const answerMessage = async (message: IncomingMessage, requestId: string): Promise<ApiAnswer> => {
    const body = await readBody(message, payloadLimitBytes);
    if (!body) throw new RequestTooLarge();
    const { method = '' } = message;
    const { rawPath, rawQuery } = splitUrl(message);
    const { accessKeyId, fault } = verifyRequest(message, body, { ...options, service: 'lambda' });
    if (fault === 'missing') return refusal(403, 'MissingAuthenticationTokenException', 'Missing Authentication Token');
    if (fault)
      return refusal(403, 'InvalidSignatureException', `The signature of the request does not hold: ${fault}.`);
    const { action: needed, resource } = permissionOf(method, decode(rawPath), options);
    const token = message.headers['x-amz-security-token'];
    options.access.check(accessKeyId, typeof token === 'string' ? token : undefined, needed, resource);
    const call = { requestId, query: new URLSearchParams(rawQuery), headers: message.headers, body };
    const ofMappings = answerMappingCall({ method, rawPath, query: call.query, body }, options);
    if (ofMappings) return ofMappings;
    const [, named, action] = /^\/2015-03-31\/functions(?:\/([^/]*)(\/[^/]+)?)?\/?$/.exec(rawPath) ?? [];
    if (named === undefined || named === '') {
      const isList = message.method === 'GET' && /^\/2015-03-31\/functions\/?$/.test(rawPath);
      return isList ? json({ Functions: [...options.functions.values()].map(configurationOf) }) : unknownOperation;
    }
    const qualifier = call.query.get('Qualifier') ?? undefined;
    const name = decode(named);
    const target = findFunction(options.functions, name, qualifier);
    const operation = `${message.method} ${action ?? ''}`;
    if (!['POST /invocations', 'GET ', 'GET /configuration'].includes(operation)) return unknownOperation;
    if (!target) {
      const arn = name.startsWith('arn:')
        ? name
        : `arn:aws:lambda:${options.region}:${options.accountId}:function:${name}`;
      const whole = qualifier === undefined ? arn : `${arn}:${qualifier}`;
      return refusal(404, 'ResourceNotFoundException', `Function not found: ${whole}`);
    }
    if (operation === 'POST /invocations') return invoke(target, call);
    const configuration = configurationOf(target);
    return json(operation === 'GET ' ? { Configuration: configuration } : configuration);
  };

  const invoke = async (target: LocalFunction, { requestId, headers, body }: ApiCall): Promise<ApiAnswer> => {
    const type = headers['x-amz-invocation-type'] ?? 'RequestResponse';
    const payload = body.length === 0 ? '{}' : body.toString();
    const fault = findJsonFault(body, payload);
    if (fault)
      return refusal(400, 'InvalidRequestContentException', `Could not parse request body into json: ${fault}`);
    const traceId = headers['x-amzn-trace-id'];
    const encoded = headers['x-amz-client-context'];
    const clientContext = typeof encoded === 'string' ? Buffer.from(encoded, 'base64').toString() : undefined;
    if (clientContext !== undefined && !isJsonObject(clientContext)) {
      const sentence = 'Client context must be a valid Base64-encoded JSON object.';
      return refusal(400, 'InvalidRequestContentException', sentence);
    }
    const invokeOptions = { requestId, ...(typeof traceId === 'string' && { traceId }) };
    switch (type) {
      case 'DryRun':
        return { status: 204 };
      case 'Event':
        if (body.length > eventLimitBytes) throw new RequestTooLarge(eventLimitBytes);
        options.asyncInvocations.add(target, payload, invokeOptions);
        return { status: 202 };
      case 'RequestResponse': {
        const tail = headers['x-amz-log-type'] === 'Tail';
        const synchronous = { ...invokeOptions, tail, ...(clientContext !== undefined && { clientContext }) };
        const { payload: answer, functionError, logTail } = await target.invoke(payload, synchronous);
        const more = {
          'X-Amz-Executed-Version': '$LATEST',
          ...(functionError && { 'X-Amz-Function-Error': functionError }),
          ...(logTail !== undefined && { 'X-Amz-Log-Result': Buffer.from(logTail).toString('base64') }),
        };
        return { status: 200, headers: more, body: answer };
      }
      default:
        return refusal(400, 'InvalidParameterValueException', `${type} is no invocation type`);
    }
  };

  return listen(server);
};

/** As far as its price depends on it: only `Invoke` costs anything. */
const actionOf = ({ method, url = '' }: IncomingMessage): string =>
  method === 'POST' && url.includes('/invocations') ? 'Invoke' : 'Other';

const write = (response: ServerResponse, requestId: string, { status, headers, body }: ApiAnswer): void => {
  response.writeHead(status, { 'Content-Type': 'application/json', 'x-amzn-RequestId': requestId, ...headers });
  response.end(body);
};

const unknownOperation = refusal(
  404,
  'UnknownOperationException',
  'Only Invoke, GetFunction, ListFunctions and Get, List and UpdateEventSourceMapping are run here.',
);

const failed = (error: unknown): ApiAnswer => {
  if (error instanceof AccessDenied || error instanceof InvalidToken) return refusal(403, error.name, error.message);
  if (error instanceof TooManyRequests) return refusal(429, error.name, error.message, { Reason: error.reason });
  if (error instanceof RequestTooLarge) return refusal(413, error.name, error.message);
  return refusal(500, 'ServiceException', error instanceof Error ? error.message : String(error));
};

/** What of a function's configuration is known here. */
const configurationOf = ({ functionName, functionArn, roleArn, timeoutMs }: LocalFunction) => ({
  FunctionName: functionName,
  FunctionArn: functionArn,
  Role: roleArn,
  Timeout: timeoutMs / 1_000,
  Version: '$LATEST',
  PackageType: 'Zip',
  State: 'Active',
  LastUpdateStatus: 'Successful',
});

const findJsonFault = (body: Buffer, payload: string): string | undefined => {
  if (!isUtf8(body)) return 'Invalid UTF-8';
  try {
    JSON.parse(payload);
    return undefined;
  } catch (error) {
    return `Could not parse payload into json: ${(error as Error).message}`;
  }
};

const isJsonObject = (text: string): boolean => {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value);
  } catch {
    return false;
  }
};

const decode = (text: string): string => {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
};

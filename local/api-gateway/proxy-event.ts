import { unescape as unescapeQuery } from 'node:querystring';
import type { ApiRequest } from './api-request.ts';
import type { Endpoint } from './endpoints.ts';
import { isBinary } from './media-types.ts';
import { extendedRequestId } from './request-ids.ts';

/** Who calls, where the method asks for it. */
export interface Caller {
  readonly apiKey?: string;
  readonly apiKeyId?: string;
  readonly accessKey?: string;
  readonly accountId?: string;
  readonly userArn?: string;
}

/**
 * The event of a Lambda proxy integration, version 1.0, as JSON text. The body passes as UTF-8 text, in which AWS puts
 * U+FFFD for bytes that are none, unless its content type is one of the API's binary media types.
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-lambda-proxy-integrations.html
 */
export const proxyEvent = (
  request: ApiRequest,
  endpoint: Endpoint,
  pathParameters: Readonly<Record<string, string>> | null,
  caller: Caller,
): string => {
  const { api, stage, method, resource } = endpoint;
  const [headers, multiValueHeaders] = mapHeaders(request);
  const [query, multiValueQuery] = mapQuery(request.query);
  const isBase64Encoded = isBinary(request.headers['content-type'], api.binaryMediaTypes);
  return JSON.stringify({
    resource: resource.path,
    path: request.path,
    httpMethod: request.httpMethod,
    headers,
    multiValueHeaders,
    queryStringParameters: query,
    multiValueQueryStringParameters: multiValueQuery,
    pathParameters,
    stageVariables: stage.variables,
    requestContext: {
      resourceId: resource.resourceId,
      resourcePath: resource.path,
      httpMethod: method.httpMethod === 'ANY' ? request.httpMethod : method.httpMethod,
      extendedRequestId: extendedRequestId(request.requestId),
      requestTime: commonLogTime(request.receivedAtMs),
      path: `/${request.stageName}${request.path}`,
      accountId: endpoint.accountId,
      protocol: 'HTTP/1.1',
      stage: request.stageName,
      domainPrefix: api.restApiId,
      requestTimeEpoch: request.receivedAtMs,
      requestId: request.requestId,
      identity: {
        cognitoIdentityPoolId: null,
        accountId: caller.accountId ?? null,
        apiKey: caller.apiKey,
        apiKeyId: caller.apiKeyId,
        cognitoIdentityId: null,
        caller: caller.accountId ?? null,
        sourceIp: request.sourceIp,
        principalOrgId: null,
        accessKey: caller.accessKey ?? null,
        cognitoAuthenticationType: null,
        cognitoAuthenticationProvider: null,
        userArn: caller.userArn ?? null,
        userAgent: request.headers['user-agent'] ?? null,
        user: caller.accountId ?? null,
      },
      domainName: endpoint.domainName,
      deploymentId: stage.deploymentId,
      apiId: api.restApiId,
    },
    body: request.body.length === 0 ? null : request.body.toString(isBase64Encoded ? 'base64' : 'utf8'),
    isBase64Encoded: isBase64Encoded && request.body.length > 0,
  });
};

type Values = Record<string, string>;
type MultiValues = Record<string, string[]>;

/** Without a prototype, so that a header or parameter called `__proto__` is one like any other. */
const emptyValues = (): Values => Object.create(null);
const emptyMultiValues = (): MultiValues => Object.create(null);

const mapHeaders = (request: ApiRequest): readonly [Values, MultiValues] => {
  const single = emptyValues();
  const multi = emptyMultiValues();
  const add = (name: string, value: string) => {
    single[name] = value;
    const values = multi[name];
    if (values) values.push(value);
    else multi[name] = [value];
  };
  const { rawHeaders } = request;
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const name = eventHeaderName(rawHeaders[index] as string);
    if (name !== undefined) add(name, rawHeaders[index + 1] as string);
  }
  const forwardedFor = request.headers['x-forwarded-for'];
  if (!request.headers['x-amzn-trace-id']) add('X-Amzn-Trace-Id', request.trace);
  add('X-Forwarded-For', forwardedFor ? `${forwardedFor}, ${request.sourceIp}` : request.sourceIp);
  add('X-Forwarded-Port', String(request.port));
  add('X-Forwarded-Proto', 'http');
  return [single, multi];
};

/** `undefined` for those that never reach a function, or are written anew. */
const eventHeaderNames: Readonly<Record<string, string | undefined>> = Object.assign(Object.create(null), {
  authorization: 'Authorization',
  'user-agent': 'User-Agent',
  ...Object.fromEntries(
    [
      'connection',
      'content-length',
      'content-md5',
      'expect',
      'max-forwards',
      'proxy-authenticate',
      'server',
      'te',
      'trailer',
      'transfer-encoding',
      'upgrade',
      'www-authenticate',
      'x-forwarded-for',
      'x-forwarded-port',
      'x-forwarded-proto',
    ].map((name) => [name, undefined]),
  ),
});

const knownNames = new Map<string, string | undefined>();

/** Clients keep to few spellings, so each is looked at once; what a hostile one makes up isn't kept. */
const eventHeaderName = (sent: string): string | undefined => {
  if (knownNames.has(sent)) return knownNames.get(sent);
  const lower = sent.toLowerCase();
  const name = lower in eventHeaderNames ? eventHeaderNames[lower] : sent;
  if (knownNames.size < 1_000) knownNames.set(sent, name);
  return name;
};

/** Decoded; the last of several values in the one map, all of them in the other; `null` where there is no query. */
const mapQuery = (query: string): readonly [Values | null, MultiValues | null] => {
  if (query === '') return [null, null];
  const single = emptyValues();
  const multi = emptyMultiValues();
  let any = false;
  for (const pair of query.split('&')) {
    if (pair === '') continue;
    any = true;
    const equals = pair.indexOf('=');
    const name = decodeQuery(equals < 0 ? pair : pair.slice(0, equals));
    const value = equals < 0 ? '' : decodeQuery(pair.slice(equals + 1));
    single[name] = value;
    const values = multi[name];
    if (values) values.push(value);
    else multi[name] = [value];
  }
  return any ? [single, multi] : [null, null];
};

const decodeQuery = (text: string): string => {
  const spaced = text.includes('+') ? text.replaceAll('+', ' ') : text;
  return spaced.includes('%') ? unescapeQuery(spaced) : spaced;
};

/** The query as a function sees it, for whoever checks it before the function does. */
export const queryValues = (query: string): Readonly<Values> => mapQuery(query)[0] ?? {};

let lastSecond = -1;
let lastText = '';

/** `22/Nov/2026:18:04:57 +0000`. */
const commonLogTime = (epochMs: number): string => {
  const second = Math.floor(epochMs / 1_000);
  if (second !== lastSecond) {
    const [, day, month, year, time] = new Date(epochMs).toUTCString().split(' ');
    lastText = `${day}/${month}/${year}:${time} +0000`;
    lastSecond = second;
  }
  return lastText;
};

import type { Answer } from './answer.ts';
import type { ApiRequest } from './api-request.ts';
import { isBinary } from './media-types.ts';
import { requestHeaders } from './request-ids.ts';

/**
 * What a function's response, JSON text, is to the client; `undefined` where it isn't in the one shape that a Lambda
 * proxy integration takes, which AWS answers with 502.
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-lambda-proxy-integrations.html
 */
export const proxyResponse = (
  payload: string,
  request: ApiRequest,
  binaryMediaTypes: readonly string[],
): Answer | undefined => {
  const response = parse(payload);
  if (!isObject(response)) return undefined;
  for (const key in response) if (!ALLOWED_KEYS.has(key)) return undefined;
  const status = readStatus(response.statusCode);
  const headers = readHeaders(response.headers, response.multiValueHeaders, request);
  const { body = null, isBase64Encoded = null } = response;
  if (status === undefined || headers === undefined) return undefined;
  if (body !== null && typeof body !== 'string') return undefined;
  if (isBase64Encoded !== null && typeof isBase64Encoded !== 'boolean') return undefined;
  const decode = isBase64Encoded === true && isBinary(request.headers.accept, binaryMediaTypes);
  return { status, headers, body: decode ? Buffer.from(body ?? '', 'base64') : (body ?? '') };
};

const ALLOWED_KEYS = new Set(['statusCode', 'headers', 'multiValueHeaders', 'body', 'isBase64Encoded']);

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const parse = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};

/** Absent is 200; a number may come as text. */
const readStatus = (statusCode: unknown): number | undefined => {
  if (statusCode === undefined) return 200;
  const status = typeof statusCode === 'string' && statusCode.trim() !== '' ? Number(statusCode) : statusCode;
  return typeof status === 'number' && Number.isInteger(status) && status >= 200 && status <= 999 ? status : undefined;
};

/**
 * Names and values in turn, multi values before single ones and spelt as there; `undefined` where a value has no text.
 */
const readHeaders = (single: unknown, multi: unknown, request: ApiRequest): string[] | undefined => {
  const headers: string[] = [];
  const entries = new Map<string, { readonly name: string; readonly values: string[] }>();
  const add = (name: string, value: unknown, again: boolean): boolean => {
    const text = typeof value === 'boolean' || typeof value === 'number' ? String(value) : value;
    if (typeof text !== 'string') return false;
    const lower = name.toLowerCase();
    const entry = entries.get(lower) ?? { name: clientHeaderNames[lower] ?? name, values: [] };
    entries.set(lower, entry);
    if (again || !entry.values.includes(text)) {
      entry.values.push(text);
      if (!DROPPED.has(lower)) headers.push(entry.name, text);
    }
    return true;
  };
  if (!isMap(single) || !isMap(multi)) return undefined;
  for (const name in multi) {
    const values = multi[name];
    if (!Array.isArray(values) || !values.every((value) => add(name, value, true))) return undefined;
  }
  for (const name in single) if (!add(name, single[name], false)) return undefined;
  if (!entries.has('content-type')) headers.push('Content-Type', 'application/json');
  headers.push(...requestHeaders(request));
  return headers;
};

const isMap = (value: unknown): value is Record<string, unknown> | null | undefined =>
  value === undefined || value === null || isObject(value);

/** What the API writes itself, a function's own value is passed on under another name. */
const clientHeaderNames: Readonly<Record<string, string | undefined>> = Object.assign(Object.create(null), {
  connection: 'x-amzn-Remapped-Connection',
  'content-length': 'x-amzn-Remapped-Content-Length',
  date: 'x-amzn-Remapped-Date',
  server: 'x-amzn-Remapped-Server',
});

const DROPPED = new Set(['transfer-encoding', 'x-amzn-requestid', 'x-amz-apigw-id', 'x-amzn-trace-id']);

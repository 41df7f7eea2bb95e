import { isUtf8 } from 'node:buffer';
import { isServerError, isThrottlingError, isTransientError } from '@smithy/core/retry';
import type { APIGatewayProxyEvent, APIGatewayProxyResult, Context } from 'aws-lambda';
import type * as z from 'zod/mini';
import { DomainError } from '../../domain/domain-error.ts';
import { type FieldProblem, fieldProblems } from '../../domain/problem.ts';
import { fitting } from './answer-size.ts';
import { log } from './logging.ts';

/** Why a request is not answered as its caller hoped; becomes an RFC 9457 problem document. */
export class Problem extends Error {
  override readonly name = 'Problem';
  readonly code: ProblemCode;
  readonly members: ProblemMembers;
  constructor(code: ProblemCode, detail: string, members: ProblemMembers = {}) {
    super(detail);
    this.code = code;
    this.members = members;
  }
}

interface ProblemMembers {
  readonly errors?: readonly FieldProblem[];
  readonly refused?: readonly unknown[];
  readonly retryAfterSeconds?: number;
}

/** So much of an answer may tell what is wrong; what became of the orders that are right needs room, too. */
export const errorBytes = 3_000_000;
const explanationBytes = 2_500;

/** The only place where a problem, or a refusal of the domain, becomes an HTTP status. */
const statuses = {
  'unreadable-body': { status: 400, title: 'Bad Request' },
  'not-found': { status: 404, title: 'Not Found' },
  'task-not-found': { status: 404, title: 'Not Found' },
  conflict: { status: 409, title: 'Conflict' },
  'task-exists': { status: 409, title: 'Conflict' },
  'task-deleted': { status: 410, title: 'Gone' },
  'precondition-failed': { status: 412, title: 'Precondition Failed' },
  'invalid-request': { status: 422, title: 'Unprocessable Content' },
  unavailable: { status: 503, title: 'Service Unavailable' },
} as const;

export type ProblemCode = keyof typeof statuses;

/** How long the function may still take; undefined where it is called by hand. */
export type TimeLeft = Pick<Context, 'getRemainingTimeInMillis'> | undefined;

/**
 * API Gateway's proxy event (payload version 1) -> `answer` -> proxy result. A `Problem` and a refusal of the domain
 * become their document. So does a service of AWS that throttles or fails beyond the SDK's own tries: 503, logged, and
 * what was asked to change may have changed. Any other error goes on to Lambda, which counts it, and API Gateway
 * answers 502.
 */
export const httpHandler =
  (answer: (request: APIGatewayProxyEvent, timeLeft: TimeLeft) => Promise<APIGatewayProxyResult>) =>
  async (request: APIGatewayProxyEvent, timeLeft?: TimeLeft): Promise<APIGatewayProxyResult> => {
    try {
      return await answer(request, timeLeft);
    } catch (error) {
      if (error instanceof Problem) return problemDocument(error);
      if (error instanceof DomainError && Object.hasOwn(statuses, error.code)) {
        return problemDocument(new Problem(error.code as ProblemCode, error.message));
      }
      if (mayPass(error as SdkError)) {
        log.error('request not answered', { method: request.httpMethod, resource: request.resource, error });
        return problemDocument(new Problem('unavailable', unavailable, { retryAfterSeconds: 1 }));
      }
      throw error;
    }
  };

type SdkError = Parameters<typeof isServerError>[0];

/** Whether it is one of those errors after which the SDK tries a call again, until it has done so often enough. */
const mayPass = (error: SdkError) => isThrottlingError(error) || isTransientError(error) || isServerError(error);

const unavailable =
  'The service is unavailable for the moment: send the request again. What it asks to change may have changed already.';

/** A JSON answer that any browser's page may read and no cache may keep. */
export const json = (
  statusCode: number,
  body: unknown,
  headers: Readonly<Record<string, string>> = {},
): APIGatewayProxyResult => ({
  statusCode,
  headers: {
    'Content-Type': 'application/json',
    'Access-Control-Allow-Origin': '*',
    'Access-Control-Expose-Headers': 'ETag, Location, Retry-After',
    'Cache-Control': 'no-store',
    ...headers,
  },
  body: JSON.stringify(body),
});

function problemDocument({ code, message, members }: Problem): APIGatewayProxyResult {
  const { status, title } = statuses[code];
  const { errors, refused, retryAfterSeconds } = members;
  return json(
    status,
    {
      type: 'about:blank',
      title,
      status,
      code,
      detail: message,
      errors: errors && fitting(errors, errorBytes),
      refused,
    },
    {
      'Content-Type': 'application/problem+json',
      ...(retryAfterSeconds === undefined ? {} : { 'Retry-After': String(retryAfterSeconds) }),
    },
  );
}

/** The request's body as text; throws a `Problem` where it is none. */
export function bodyText({ body, isBase64Encoded }: APIGatewayProxyEvent): string {
  if (!body) throw unreadable('must not be empty');
  if (isBase64Encoded) {
    const bytes = Buffer.from(body, 'base64');
    if (!isUtf8(bytes)) throw unreadable('must be UTF-8');
    return bytes.toString('utf8');
  }
  // API Gateway hands a body on as text: bytes that were not UTF-8 have become replacement characters by now.
  if (body.includes('\uFFFD')) throw unreadable('must be UTF-8');
  return body;
}

/** The problem of a body that is no text or no JSON. */
export const unreadable = (detail: string): Problem =>
  new Problem('unreadable-body', `The body ${detail}.`, { errors: [{ field: 'body', detail }] });

/** The problem of a request with wrong fields: all of them at once. */
export const invalid = (errors: readonly FieldProblem[]): Problem =>
  new Problem('invalid-request', explain(errors), { errors });

/** The wrong fields in one line, as far as a line goes. */
export const explain = (errors: readonly FieldProblem[]): string => {
  const named = fitting(errors.slice(0, 10), explanationBytes).map(({ field, detail }) => `${field} ${detail}`);
  const more = errors.length - named.length;
  return named.join('; ') + (more > 0 ? `; and ${more} more` : '');
};

/**
 * The query's parameters as `schema` reads them; throws a `Problem` that names every wrong, repeated or unknown one.
 */
export function readQuery<Schema extends z.ZodMiniType>(
  request: APIGatewayProxyEvent,
  schema: Schema,
): z.infer<Schema> {
  const repeated: FieldProblem[] = [];
  const single: [string, string | undefined][] = [];
  for (const [name, values] of parametersOf(request)) {
    single.push([name, values.at(-1)]);
    if (values.length > 1)
      repeated.push(...fieldProblems([{ code: 'custom', path: [name], message: 'must be given once' }], []));
  }
  const result = schema.safeParse(Object.fromEntries(single));
  if (result.success && repeated.length === 0) return result.data;
  throw invalid([...repeated, ...fieldProblems(result.error?.issues ?? [], [])]);
}

const parametersOf = (request: APIGatewayProxyEvent): [string, string[]][] =>
  request.multiValueQueryStringParameters
    ? Object.entries(request.multiValueQueryStringParameters).map(([name, values]) => [name, values ?? []])
    : Object.entries(request.queryStringParameters ?? {}).map(([name, value]) => [name, [value ?? '']]);

/** Every value of a header, whatever the case of its name. */
export function headerValues(request: APIGatewayProxyEvent, name: string): string[] {
  const matching = <T>(headers: Record<string, T> | null | undefined): T[] =>
    Object.keys(headers ?? {})
      .filter((key) => key.toLowerCase() === name)
      .map((key) => (headers as Record<string, T>)[key] as T);
  const multi = matching(request.multiValueHeaders).flatMap((values) => values ?? []);
  return multi.length > 0 ? multi : matching(request.headers).map((value) => value ?? '');
}

/** A header of one value in printable ASCII; undefined where it wasn't sent. */
export function readHeader(request: APIGatewayProxyEvent, name: string): string | undefined {
  const values = headerValues(request, name.toLowerCase());
  const [value] = values;
  if (value === undefined) return undefined;
  if (values.length === 1 && /^[ -~]{1,255}$/.test(value)) return value;
  throw invalid([{ field: name, detail: 'must be given once, as 1 to 255 printable ASCII characters' }]);
}

import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Engine } from '../engines/engine.ts';
import { createServer } from '../http.ts';
import { listen } from '../listen.ts';
import type { CallCounts } from '../metrics/call-counts.ts';
import type { Keys } from '../principals.ts';
import { readBody, verifyRequest } from '../signed-request.ts';
import { type Access, AccessDenied, InvalidToken, SessionTooLong } from './access.ts';

export interface StsOptions {
  readonly access: Access;
  /** Every request must be signed with one of these. */
  readonly keys: Keys;
  readonly calls: CallCounts;
  readonly region: string;
  readonly accountId: string;
}

const namespace = 'https://sts.amazonaws.com/doc/2011-06-15/';
const limitBytes = 100_000;

/**
 * Serves STS's `AssumeRole` and `GetCallerIdentity` on a free port of 127.0.0.1. An assumed role opens Lambda's API, as
 * far as its policies allow, and nothing else here.
 * https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html
 */
export const startSts = async (options: StsOptions): Promise<Engine> => {
  const server = createServer({ keepAliveTimeout: 65_000 }, async (message, response) => {
    const requestId = randomUUID();
    const { status, xml } = await answer(message, response, requestId, options).catch((error: Error) =>
      refusal(500, 'InternalFailure', error.message, requestId),
    );
    response.writeHead(status, { 'Content-Type': 'text/xml', 'x-amzn-RequestId': requestId }).end(xml);
  });
  return listen(server);
};

interface Answer {
  readonly status: number;
  readonly xml: string;
}

/** A request that breaks a rule of its shape. */
class Invalid extends Error {}

const answer = async (
  message: IncomingMessage,
  response: ServerResponse,
  requestId: string,
  options: StsOptions,
): Promise<Answer> => {
  const body = await readBody(message, limitBytes);
  const form = new URLSearchParams(body?.toString());
  options.calls.count(message, response, 'sts', form.get('Action') ?? 'none');
  if (!body)
    return refusal(413, 'RequestEntityTooLarge', `Request must be smaller than ${limitBytes} bytes.`, requestId);
  const { accessKeyId, fault } = verifyRequest(message, body, { ...options, service: 'sts' });
  if (fault)
    return refusal(403, 'SignatureDoesNotMatch', `The signature of the request does not hold: ${fault}.`, requestId);
  const token = message.headers['x-amz-security-token'];
  const caller = { accessKeyId, token: typeof token === 'string' ? token : undefined };
  const action = form.get('Action');
  try {
    if (action === 'GetCallerIdentity') return identity(caller, requestId, options);
    if (action === 'AssumeRole') return assumeRole(caller, form, requestId, options);
    return refusal(400, 'InvalidAction', 'Only AssumeRole and GetCallerIdentity are run here.', requestId);
  } catch (error) {
    if (error instanceof InvalidToken) return refusal(403, 'InvalidClientTokenId', error.message, requestId);
    if (error instanceof AccessDenied) return refusal(403, 'AccessDenied', error.message, requestId);
    if (error instanceof Invalid || error instanceof SessionTooLong)
      return refusal(400, 'ValidationError', error.message, requestId);
    throw error;
  }
};

interface Caller {
  readonly accessKeyId: string;
  readonly token: string | undefined;
}

const identity = (caller: Caller, requestId: string, { access, accountId }: StsOptions): Answer => {
  const arn = access.whoIs(caller.accessKeyId, caller.token);
  return success('GetCallerIdentity', requestId, { Arn: arn, UserId: caller.accessKeyId, Account: accountId });
};

const assumeRoleParameters = new Set(['Action', 'Version', 'RoleArn', 'RoleSessionName', 'DurationSeconds']);

const assumeRole = (caller: Caller, form: URLSearchParams, requestId: string, { access }: StsOptions): Answer => {
  const name = form.get('RoleSessionName') ?? '';
  const seconds = Number(form.get('DurationSeconds') ?? 3_600);
  const ignored = [...form.keys()].find((parameter) => !assumeRoleParameters.has(parameter));
  if (ignored !== undefined) throw new Invalid(`${ignored} is not run here`);
  if (!/^[\w+=,.@-]{2,64}$/.test(name))
    throw new Invalid('RoleSessionName must be 2 to 64 of A-Z a-z 0-9 _ + = , . @ -');
  if (!(Number.isInteger(seconds) && seconds >= 900 && seconds <= 43_200))
    throw new Invalid('DurationSeconds must be 900 to 43200');
  const session = access.assume(caller, form.get('RoleArn') ?? '', { name, seconds });
  return success('AssumeRole', requestId, {
    AssumedRoleUser: { Arn: session.arn, AssumedRoleId: `${session.accessKeyId}:${name}` },
    Credentials: {
      AccessKeyId: session.accessKeyId,
      SecretAccessKey: session.secretAccessKey,
      SessionToken: session.sessionToken,
      Expiration: new Date(session.expiresAtMs).toISOString(),
    },
  });
};

interface Fields {
  readonly [name: string]: string | Fields;
}

const success = (action: string, requestId: string, result: Fields): Answer => ({
  status: 200,
  xml: `<${action}Response xmlns="${namespace}">${xmlOf({ [`${action}Result`]: result, ResponseMetadata: { RequestId: requestId } })}</${action}Response>`,
});

const refusal = (status: number, Code: string, Message: string, RequestId: string): Answer => ({
  status,
  xml: `<ErrorResponse xmlns="${namespace}">${xmlOf({ Error: { Type: 'Sender', Code, Message }, RequestId })}</ErrorResponse>`,
});

const xmlOf = (fields: Fields): string =>
  Object.entries(fields)
    .map(([name, value]) => `<${name}>${typeof value === 'string' ? escaped(value) : xmlOf(value)}</${name}>`)
    .join('');

const escaped = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');

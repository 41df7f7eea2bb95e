import { createHash } from 'node:crypto';
import type { LocalContext } from '../context.ts';
import { callerArn } from '../principals.ts';
import { type SignatureFault, type Verification, verifySignature } from '../signature-v4.ts';
import type { ApiRequest } from './api-request.ts';
import type { Endpoint } from './endpoints.ts';
import { badSignature, type GatewayError, gatewayErrors } from './gateway-error.ts';
import type { Caller } from './proxy-event.ts';

/** Either who calls, or why the call is refused. */
export type Access = { readonly caller: Caller } | { readonly error: GatewayError };

/**
 * Asks for what the method asks for: a signature, then an API key, then room under the throttles. The usage plan's
 * throttle comes before the stage's.
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-request-throttling.html
 */
export const admit = (request: ApiRequest, endpoint: Endpoint, context: LocalContext): Access => {
  const { method, throttle } = endpoint;
  let caller: Caller = {};
  if (method.authorization === 'AWS_IAM') {
    const { accessKeyId: accessKey, fault } = verify(request, context);
    if (fault) return { error: badSignature(...answers[fault]) };
    const { accountId, principals } = context;
    const principal = principals.find(accessKey);
    caller = { accountId, accessKey, userArn: principal && callerArn(principal, accountId) };
  }
  if (method.apiKeyRequired) {
    const access = checkApiKey(request, endpoint);
    if ('error' in access) return access;
    caller = { ...caller, ...access.caller };
  }
  if (throttle && !throttle.take(request.receivedAtMs)) return { error: gatewayErrors.throttled };
  return { caller };
};

const checkApiKey = (request: ApiRequest, { api, stage, resource, method }: Endpoint): Access => {
  const apiKey = request.headers['x-api-key'];
  if (typeof apiKey !== 'string') return { error: gatewayErrors.invalidApiKey };
  for (const plan of api.usagePlans) {
    const apiKeyId = plan.keyId(apiKey, api.restApiId, stage.name);
    if (apiKeyId === undefined) continue;
    const call = `${resource.path}/${method.httpMethod}`;
    switch (plan.admit(apiKeyId, api.restApiId, stage.name, call, request.receivedAtMs)) {
      case 'admitted':
        return { caller: { apiKey, apiKeyId } };
      case 'throttled':
        return { error: gatewayErrors.throttled };
      case 'quota-exceeded':
        return { error: gatewayErrors.quotaExceeded };
    }
  }
  return { error: gatewayErrors.invalidApiKey };
};

const verify = (request: ApiRequest, { principals, region }: LocalContext): Verification => {
  const question = request.url.indexOf('?');
  return verifySignature(
    {
      method: request.httpMethod,
      rawPath: question < 0 ? request.url : request.url.slice(0, question),
      rawQuery: request.query,
      headers: request.headers,
      payloadHash: createHash('sha256').update(request.body).digest('hex'),
    },
    { keys: principals.keys, region, service: 'execute-api', now: Date.now() },
  );
};

const answers: Record<SignatureFault, readonly [errorType: string, message: string]> = {
  missing: ['MissingAuthenticationTokenException', 'Missing Authentication Token'],
  incomplete: [
    'IncompleteSignatureException',
    "Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header, and the parameters Credential, Signature and SignedHeaders.",
  ],
  unknownKey: ['UnrecognizedClientException', 'The security token included in the request is invalid.'],
  wrongScope: [
    'InvalidSignatureException',
    'Credential should be scoped to a valid region and to the service execute-api.',
  ],
  skewed: ['InvalidSignatureException', 'Signature expired or not yet valid: its date is more than 15 minutes away.'],
  expired: ['InvalidSignatureException', 'Signature expired.'],
  unsignedHeader: [
    'InvalidSignatureException',
    'The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method. Consult the service documentation for details.',
  ],
  mismatch: [
    'InvalidSignatureException',
    'The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method. Consult the service documentation for details.',
  ],
};

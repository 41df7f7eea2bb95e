import type { RequestListener } from 'node:http';
import { accessKeyOf } from '../metrics/call-counts.ts';
import type { Keys } from '../principals.ts';
import { type Refusal, refuse } from './refuse.ts';

/**
 * Lets through to `listener` only requests that name one of the `keys`, where there are any: a web page or another
 * process that finds the port knows none. Signatures are not checked, which would take a tenth of each call's time.
 */
export const admitting = (keys: Keys | undefined, service: string, listener: RequestListener): RequestListener => {
  if (!keys) return listener;
  return (request, response) => {
    const accessKeyId = accessKeyOf(request);
    if (keys.has(accessKeyId)) listener(request, response);
    else refuse(service, request, response, accessKeyId === '' ? unsigned : stranger);
  };
};

/** https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Programming.Errors.html */
const stranger: Refusal = {
  status: 400,
  code: 'UnrecognizedClientException',
  message: 'The security token included in the request is invalid.',
};

const unsigned: Refusal = {
  status: 400,
  code: 'MissingAuthenticationTokenException',
  message: 'Missing Authentication Token',
};

import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Keys } from '../../../principals.ts';
import { type SignatureFault, verifySignature } from '../../../signature-v4.ts';
import { sendS3Error } from '../../s3-error.ts';

/** The engine's own: a request is signed for one region. */
const region = process.env.AWS_REGION ?? 'us-east-1';

const refusals: Readonly<Record<SignatureFault, readonly [code: string, message: string]>> = {
  missing: ['AccessDenied', 'Access Denied'],
  incomplete: ['AccessDenied', 'The parameters or the header of the signature are not complete'],
  unknownKey: ['InvalidAccessKeyId', 'The AWS Access Key Id you provided does not exist in our records.'],
  wrongScope: ['AccessDenied', `The credential must be scoped to this day, to the region '${region}' and to 's3'`],
  skewed: ['RequestTimeTooSkewed', 'The difference between the request time and the current time is too large.'],
  expired: ['AccessDenied', 'Request has expired'],
  unsignedHeader: ['AccessDenied', 'There were headers present in the request which were not signed'],
  mismatch: [
    'SignatureDoesNotMatch',
    'The request signature we calculated does not match the signature you provided. Check your key and signing method.',
  ],
};

/**
 * Answers 403 with S3's error document, and `true`, unless the request carries a valid signature in its query or in its
 * `Authorization` header: whatever is damaged, nothing passes unsigned.
 * https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-authenticating-requests.html
 */
export function refuseUnsigned(request: IncomingMessage, response: ServerResponse, keys: Keys): boolean {
  const { method = '', url = '', headers } = request;
  const query = url.indexOf('?');
  const { fault } = verifySignature(
    {
      method,
      rawPath: query < 0 ? url : url.slice(0, query),
      rawQuery: query < 0 ? '' : url.slice(query + 1),
      headers,
      payloadHash: String(headers['x-amz-content-sha256'] ?? 'UNSIGNED-PAYLOAD'),
    },
    { keys, region, service: 's3', now: Date.now() },
  );
  if (!fault) return false;
  const [code, message] = refusals[fault];
  sendS3Error(request, response, 403, code, message);
  return true;
}

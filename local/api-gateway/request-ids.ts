/** What AWS calls the extended request id, 16 characters; the same for the same request id. */
export const extendedRequestId = (requestId: string): string =>
  Buffer.from(requestId.slice(0, 11), 'latin1').toString('base64');

/** A new X-Ray trace, `Root=1-6921f2a9-…`, out of the randomness of the request id. */
export const newTrace = (requestId: string, receivedAtMs: number): string =>
  `Root=1-${Math.floor(receivedAtMs / 1_000).toString(16)}-${requestId.slice(0, 8)}${requestId.slice(24)}${requestId.slice(9, 13)}`;

/** The trace as the function hears it, with the segment that called and whether it is sampled. */
export const segmentTrace = ({ trace, requestId }: { readonly trace: string; readonly requestId: string }): string =>
  trace.includes('Parent=') ? trace : `${trace};Parent=${requestId.slice(20, 23)}${requestId.slice(-12)}0;Sampled=0`;

/** The headers by which every answer of an integration names its request, as names and values in turn. */
export const requestHeaders = ({
  requestId,
  trace,
}: {
  readonly requestId: string;
  readonly trace: string;
}): string[] => [
  'x-amzn-RequestId',
  requestId,
  'x-amz-apigw-id',
  extendedRequestId(requestId),
  'X-Amzn-Trace-Id',
  trace,
];

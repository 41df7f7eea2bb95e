/**
 * Whether `header`, a `Content-Type` or an `Accept`, names a binary media type of the API. Only the first of several
 * accepted types counts, and parameters don't.
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/lambda-proxy-binary-media.html
 */
export const isBinary = (header: string | undefined, binaryMediaTypes: readonly string[]): boolean => {
  if (binaryMediaTypes.length === 0) return false;
  if (binaryMediaTypes.includes('*/*')) return true;
  if (header === undefined) return false;
  const mediaType = (header.split(/[,;]/, 1)[0] ?? '').trim().toLowerCase();
  return binaryMediaTypes.some(
    (binary) => binary === mediaType || (binary.endsWith('/*') && mediaType.startsWith(binary.slice(0, -1))),
  );
};

import type { IncomingMessage } from 'node:http';

const ofObject: Readonly<Record<string, string>> = {
  GET: 'GetObject',
  HEAD: 'HeadObject',
  PUT: 'PutObject',
  DELETE: 'DeleteObject',
  POST: 'PostObject',
};
const ofBucket: Readonly<Record<string, string>> = {
  GET: 'ListObjectsV2',
  HEAD: 'HeadBucket',
  PUT: 'CreateBucket',
  DELETE: 'DeleteBucket',
  POST: 'DeleteObjects',
};
const ofUpload: Readonly<Record<string, string>> = {
  GET: 'ListParts',
  PUT: 'UploadPart',
  DELETE: 'AbortMultipartUpload',
  POST: 'CompleteMultipartUpload',
};

/**
 * The action that a request to S3 in path style asks for, as far as its price depends on it: the parts of a bucket, its
 * tags for one, go under the bucket's own action.
 */
export function s3Action({ method = '', url = '' }: Pick<IncomingMessage, 'method' | 'url'>): string {
  const slash = url.indexOf('/', 1);
  const query = url.indexOf('?');
  const hasKey = slash > 0 && (query < 0 ? slash < url.length - 1 : slash < query - 1);
  if (url === '/') return 'ListBuckets';
  if (!hasKey) return ofBucket[method] ?? 'Other';
  const actions = query > 0 && url.includes('uploadId=', query) ? ofUpload : ofObject;
  return actions[method] ?? 'Other';
}

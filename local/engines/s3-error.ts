import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';

/** S3's error document; what stands in it is ours, never the client's. */
export const s3ErrorXml = (code: string, message: string) =>
  `<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>${code}</Code><Message>${message}</Message><RequestId>${requestId()}</RequestId></Error>`;

/** Answers without reading the body, which Node then drops. */
export function sendS3Error(
  request: IncomingMessage,
  response: ServerResponse,
  status: number,
  code: string,
  message: string,
): void {
  const xml = s3ErrorXml(code, message);
  response.writeHead(status, { 'content-type': 'application/xml', 'x-amz-request-id': requestId() });
  response.end(request.method === 'HEAD' ? undefined : xml);
}

const requestId = () => randomUUID().replaceAll('-', '').slice(0, 16).toUpperCase();

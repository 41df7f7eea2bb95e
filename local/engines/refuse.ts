import type { IncomingMessage, ServerResponse } from 'node:http';
import { sendS3Error } from './s3-error.ts';

export interface Refusal {
  readonly status: number;
  readonly code: string;
  readonly message: string;
}

/** Answers a request that an engine never sees, with an error as the service that it calls would send it. */
export function refuse(
  service: string,
  request: IncomingMessage,
  response: ServerResponse,
  { status, code, message }: Refusal,
): void {
  if (service === 's3') return void sendS3Error(request, response, status, code.replace(/Exception$/, ''), message);
  const version = service === 'kinesis' ? '1.1' : '1.0';
  response.writeHead(status, { 'Content-Type': `application/x-amz-json-${version}`, 'x-amzn-ErrorType': code });
  response.end(JSON.stringify({ __type: code, message }));
}

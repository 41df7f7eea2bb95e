import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import type { Keys } from '../../../principals.ts';
import { sendS3Error } from '../../s3-error.ts';
import { receiveBody } from '../receive-body.ts';
import { takeBack } from '../take-back.ts';
import { refuseUnsigned } from './access.ts';
import { answerS3 } from './calls.ts';
import { S3Error } from './errors.ts';
import { readRequest, type S3Answer, type Streamed } from './request.ts';
import type { S3Stores } from './stores.ts';

const largestBody = 11 * 1_048_576;
const smallBody = 16_384;

/** Serves S3 to requests that are signed with one of the keys. */
export const s3Listener =
  (stores: S3Stores, keys: Keys): RequestListener =>
  (request, response) => {
    if (refuseUnsigned(request, response, keys)) return;
    receiveBody(request, largestBody, (body) => {
      try {
        if (!body) throw new S3Error(400, 'EntityTooLarge', 'Your proposed upload exceeds 11 MiB');
        reply(stores, request, response, answerS3(stores, readRequest(request, body), Date.now()));
      } catch (error) {
        if (!(error instanceof S3Error)) takeBack(stores.storage, error);
        refuse(stores, request, response, error instanceof S3Error ? error : internalError());
      }
    });
  };

/** Answers once all is stored that the answer may tell of. */
const reply = ({ storage }: S3Stores, request: IncomingMessage, response: ServerResponse, answer: S3Answer): void => {
  const { status, headers, body = '' } = answer;
  storage.whenSettled((failure) => {
    const isStreamed = typeof body === 'object' && 'chunks' in body;
    if (failure) {
      if (isStreamed) body.release();
      return sendError(request, response, internalError());
    }
    const length = isStreamed || 'content-length' in headers || status === 204 || status === 304;
    response.writeHead(status, length ? headers : { ...headers, 'content-length': Buffer.byteLength(body) });
    if (isStreamed) stream(storage, response, body);
    // As a string it shares a system call with the headers, which takes a tenth off `GetObject`.
    else if (typeof body !== 'string' && body.length <= smallBody) response.end(body.toString('latin1'), 'latin1');
    else response.end(body);
  });
};

const refuse = ({ storage }: S3Stores, request: IncomingMessage, response: ServerResponse, error: S3Error): void =>
  storage.whenSettled((failure) => sendError(request, response, failure ? internalError() : error));

const sendError = (request: IncomingMessage, response: ServerResponse, error: S3Error): void => {
  for (const [name, value] of Object.entries(error.headers)) response.setHeader(name, value);
  sendS3Error(request, response, error.status, error.code, error.message);
};

const internalError = () => new S3Error(500, 'InternalError', 'We encountered an internal error. Please try again.');

/** Sends as much as the client takes, and reads on when it takes more. */
const stream = (storage: S3Stores['storage'], response: ServerResponse, { chunks, release }: Streamed): void => {
  response.once('close', release);
  const send = () => {
    try {
      for (let next = chunks.next(); !response.destroyed; next = chunks.next()) {
        if (next.done) return void response.end();
        if (!response.write(next.value)) return void response.once('drain', send);
      }
    } catch (error) {
      takeBack(storage, error);
      response.destroy();
    }
  };
  send();
};

import { randomUUID } from 'node:crypto';
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import type { ChangeLog } from './change-log.ts';
import { StreamsError, type StreamsInput } from './streams-input.ts';
import {
  describeStream,
  getRecords,
  getShardIterator,
  listStreams,
  type StreamsOperation,
} from './streams-operations.ts';

const operations: ReadonlyMap<string, StreamsOperation> = new Map([
  ['ListStreams', listStreams],
  ['DescribeStream', describeStream],
  ['GetShardIterator', getShardIterator],
  ['GetRecords', getRecords],
]);

/**
 * Answers the DynamoDB Streams API, version 2012-08-10, from the log; every other request goes on to `next`.
 *
 * @see https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_Operations_Amazon_DynamoDB_Streams.html
 */
export const streamsApi =
  (log: ChangeLog, next: RequestListener): RequestListener =>
  (request, response) => {
    const [service, name = ''] = `${request.headers['x-amz-target']}`.split('.');
    if (service === 'DynamoDBStreams_20120810') void serve(log, name, request, response);
    else next(request, response);
  };

const serve = async (log: ChangeLog, name: string, request: IncomingMessage, response: ServerResponse) => {
  try {
    const operation = operations.get(name);
    if (!operation) throw new StreamsError('UnknownOperationException', `${name} is no operation`);
    if (!request.headers.authorization?.startsWith('AWS4-'))
      throw new StreamsError('MissingAuthenticationTokenException', 'Request is missing Authentication Token');
    const answer = operation(log, await inputOf(request));
    await log.settled(); // what was just written is given out once it is stored
    send(response, 200, answer);
  } catch (error) {
    const { message } = error as Error;
    if (error instanceof StreamsError) send(response, 400, JSON.stringify({ __type: error.type, message }));
    else send(response, 500, JSON.stringify({ __type: 'InternalServerError', message }));
  }
};

const send = (response: ServerResponse, status: number, body: string): void => {
  response.writeHead(status, {
    'Content-Type': 'application/x-amz-json-1.0',
    'Content-Length': Buffer.byteLength(body),
    'x-amzn-RequestId': randomUUID(),
  });
  response.end(body);
};

/** More than any call takes. */
const mostBytes = 65_536;

const inputOf = async (request: IncomingMessage): Promise<StreamsInput> => {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request) {
    bytes += chunk.length;
    if (bytes > mostBytes) throw new StreamsError('SerializationException', 'The request is too large');
    chunks.push(chunk);
  }
  let input: unknown;
  try {
    input = JSON.parse(Buffer.concat(chunks).toString());
  } catch {}
  if (typeof input === 'object' && input !== null && !Array.isArray(input)) return input as StreamsInput;
  throw new StreamsError('SerializationException', 'The body is no JSON object');
};

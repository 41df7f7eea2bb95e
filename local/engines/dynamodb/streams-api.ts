import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { endOnDamage } from '../../storage/damage.ts';
import type { ChangeLog } from './change-log.ts';
import { readJson, sendJson } from './json-api.ts';
import { StreamsError } from './streams-input.ts';
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
    const answer = operation(log, await readJson(request, mostBytes));
    await log.settled(); // what was just written is given out once it is stored
    sendJson(response, 200, answer);
  } catch (error) {
    endOnDamage(error);
    const { message, body } = error as Error & { readonly body?: object };
    if (body) sendJson(response, 400, JSON.stringify(body));
    else if (error instanceof StreamsError) sendJson(response, 400, JSON.stringify({ __type: error.type, message }));
    else sendJson(response, 500, JSON.stringify({ __type: 'InternalServerError', message }));
  }
};

/** More than any call takes. */
const mostBytes = 65_536;

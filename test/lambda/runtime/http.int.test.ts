import { execFileSync } from 'node:child_process';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { S3Client } from '@aws-sdk/client-s3';
import { NodeHttpHandler } from '@smithy/node-http-handler';
import { presignInvoice } from '../../../lambda/presign-invoice/presign-invoice.ts';
import { queryOrders } from '../../../lambda/query-orders/query-orders.ts';
import { LinkedInvoiceBucket } from '../../../lambda/stores/linked-invoice-bucket.ts';
import { OrderTable } from '../../../lambda/stores/order-table.ts';
import { client } from '../../local/engines/scratch.ts';
import { InMemoryOrders, orderPlaced, proxyEvent, sequenceNumber } from '../../support/events.ts';

let said: jest.SpyInstance;
beforeEach(() => {
  said = jest.spyOn(console, 'error').mockImplementation(() => {});
});

const undo: (() => void)[] = [];
afterEach(() => {
  jest.restoreAllMocks();
  for (const each of undo.splice(0)) each();
});

/** The SDK's settings for a service that answers every call so, which the engines do not. */
async function serviceThat(answers: RequestListener) {
  const server = createServer((request, response) => {
    request.resume();
    answers(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const requestHandler = new NodeHttpHandler({ requestTimeout: 200, throwOnRequestTimeout: true });
  undo.push(() => {
    requestHandler.destroy();
    server.closeAllConnections();
    server.close();
  });
  return { ...client, endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, requestHandler };
}

const refusing =
  (status: number, body: object | string): RequestListener =>
  (_request, response) => {
    response.writeHead(status, { 'Content-Type': 'application/x-amz-json-1.0' });
    response.end(typeof body === 'string' ? body : JSON.stringify(body));
  };
const errorOf = (name: string) => ({ __type: `com.amazonaws.dynamodb.v20120810#${name}`, message: 'no' });

const request = proxyEvent({ query: Object.entries({ accountid: 'a1', vendorid: 'v1' }) });
const getOrder = (settings: object) => queryOrders(new OrderTable(new DynamoDBClient(settings), 'orders'))(request);

const unavailable = {
  statusCode: 503,
  headers: expect.objectContaining({ 'Retry-After': '1', 'Content-Type': 'application/problem+json' }),
  body: expect.stringContaining('"code":"unavailable"'),
};

describe('a function behind the API', () => {
  it.each<[string, RequestListener]>([
    ['throttles a table', refusing(400, errorOf('ProvisionedThroughputExceededException'))],
    ['throttles an account', refusing(400, errorOf('RequestLimitExceeded'))],
    ['throttles calls', refusing(400, errorOf('ThrottlingException'))],
    ['fails', refusing(500, errorOf('InternalServerError'))],
    ['cannot be reached behind its proxy', refusing(503, '<html>Service Unavailable</html>')],
    ['stays silent', () => {}],
  ])('answers 503 with Retry-After, and logs why, where DynamoDB %s', async (_, answers) => {
    expect(await getOrder(await serviceThat(answers))).toMatchObject(unavailable);
    const facts = { method: 'GET', resource: '/order', error: expect.anything() };
    expect(said.mock.calls).toEqual([[{ message: 'request not answered', ...facts }]]);
  });

  it('answers 503 where nobody listens', () => {
    // In a process of its own: under Jest the SDK takes the errors of Node's sockets for no errors at all.
    const moduleOf = (path: string) => JSON.stringify(pathToFileURL(resolve('lambda', path)).href);
    const script = `
      const { DynamoDBClient } = await import('@aws-sdk/client-dynamodb');
      const { queryOrders } = await import(${moduleOf('query-orders/query-orders.ts')});
      const { OrderTable } = await import(${moduleOf('stores/order-table.ts')});
      const dynamoDb = new DynamoDBClient({ ...${JSON.stringify(client)}, endpoint: 'http://127.0.0.1:1' });
      const answer = await queryOrders(new OrderTable(dynamoDb, 'orders'))(${JSON.stringify(request)});
      console.log(answer.statusCode);`;
    const statusCode = execFileSync(process.execPath, ['--input-type=module', '--eval', script], {
      encoding: 'utf8',
      stdio: 'pipe',
    });
    expect(statusCode.trim()).toBe('503');
  });

  it('answers 503 where S3 is slow to be asked for an object, which it says without a body', async () => {
    const orders = new InMemoryOrders();
    await orders.apply(orderPlaced('e1'), sequenceNumber(1));
    const s3 = new S3Client(await serviceThat((_request, response) => response.writeHead(503).end()));
    const answer = await presignInvoice(
      orders,
      new LinkedInvoiceBucket(s3, 'invoices', 900),
    )(proxyEvent({ path: '/invoice', query: [['accountid', 'a1']] }));
    expect(answer).toMatchObject(unavailable);
  });

  it.each(['ResourceNotFoundException', 'AccessDeniedException', 'ValidationException'])(
    'lets %s, which no other try mends, go on to Lambda',
    async (name) => {
      await expect(getOrder(await serviceThat(refusing(400, errorOf(name))))).rejects.toMatchObject({ name });
      expect(said).not.toHaveBeenCalled();
    },
  );

  it('lets an answer that it cannot read go on to Lambda', async () => {
    await expect(getOrder(await serviceThat(refusing(200, '<html>')))).rejects.toThrow();
  });
});

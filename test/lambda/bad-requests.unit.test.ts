import type { APIGatewayProxyResult } from 'aws-lambda';
import { handleTaskCommand } from '../../lambda/handle-task-command/handle-task-command.ts';
import { ingestOrder } from '../../lambda/ingest-order/ingest-order.ts';
import { presignInvoice } from '../../lambda/presign-invoice/presign-invoice.ts';
import { queryOrders } from '../../lambda/query-orders/query-orders.ts';
import { TaskStore } from '../../lambda/stores/task-store.ts';
import { badRequests } from '../support/bad-requests.ts';
import { InMemoryInvoices, InMemoryOrders, InMemoryStream, proxyEvent, type SentRequest } from '../support/events.ts';
import { InMemorySnapshots, InMemoryTaskLog } from '../support/tasks.ts';

class Untouched extends InMemoryOrders {
  override async get(): Promise<never> {
    throw new Error('a bad request reached the orders');
  }
  override async page(): Promise<never> {
    throw new Error('a bad request reached the orders');
  }
}

class UntouchedTasks extends TaskStore {
  constructor() {
    super(new InMemoryTaskLog(), new InMemorySnapshots());
  }
  override async load(): Promise<never> {
    throw new Error('a bad request reached the tasks');
  }
}

const stream = new InMemoryStream();
const functions = {
  'POST /order': ingestOrder(stream),
  'GET /order': queryOrders(new Untouched()),
  'GET /invoice': presignInvoice(new Untouched(), new InMemoryInvoices()),
  'POST /tasks': handleTaskCommand(new UntouchedTasks()),
  'PATCH /tasks/{id}': handleTaskCommand(new UntouchedTasks()),
};

const send = ({
  method = 'GET',
  path = '/order',
  resource = path,
  ...rest
}: SentRequest): Promise<APIGatewayProxyResult> =>
  functions[`${method} ${resource}` as keyof typeof functions](proxyEvent({ method, path, resource, ...rest }));

describe('a bad request', () => {
  it('comes in at least 200 kinds, each with a name of its own', () => {
    expect(badRequests.length).toBeGreaterThanOrEqual(200);
    const names = badRequests.map(({ name }) => name);
    expect(names.filter((name, place) => names.indexOf(name) !== place)).toEqual([]);
  });

  it.each(badRequests)('$name is answered $status and $field', async ({ request, status, field }) => {
    const { statusCode, headers, body } = await send(request);

    expect(statusCode).toBe(status);
    expect(headers).toMatchObject({ 'Content-Type': 'application/problem+json', 'Access-Control-Allow-Origin': '*' });
    const problem = JSON.parse(body);
    expect(problem).toMatchObject({
      type: 'about:blank',
      status,
      title: expect.any(String),
      detail: expect.any(String),
    });
    expect(problem.errors).toContainEqual({ field, detail: expect.any(String) });
    expect(body.length).toBeLessThan(100_000);
    expect(stream.records).toEqual([]);
  });
});

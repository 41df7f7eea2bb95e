import { badRequests } from './support/bad-requests.ts';
import { eventually } from './support/eventually.ts';
import { anOrder, type OrderSystem, type RunningOrderSystem, startOrderSystem } from './support/order-system.ts';

let running: RunningOrderSystem;
let system: OrderSystem;

beforeAll(async () => {
  running = await startOrderSystem();
  system = running.system;
});
afterAll(() => running?.close());

describe('a bad request over HTTP', () => {
  // What HTTP itself keeps a client from sending is tried against the functions alone.
  const sendable = badRequests.filter(({ request: { headers = {} } }) =>
    Object.values(headers).every((value) => /^[ -~]*$/.test(value)),
  );

  it.each(sendable)('$name is answered $status and $field', async ({ request, status, field }) => {
    const { method = 'GET', path = '/order', query = [], headers = {}, body } = request;
    const response = await system.request(
      `${path.slice(1)}?${new URLSearchParams(query.map(([name, value]): [string, string] => [name, value]))}`,
      {
        method,
        headers,
        body: body as RequestInit['body'],
      },
    );

    const problem = (await response.json()) as { errors: unknown[] };
    expect([response.status, response.headers.get('content-type')]).toEqual([status, 'application/problem+json']);
    expect(problem.errors).toContainEqual({ field, detail: expect.any(String) });
  });

  it('has left nothing behind, and the next good one is served', async () => {
    await system.place(anOrder('good', 'v'));
    await eventually(async () => expect(await system.invoices()).toHaveLength(1));
    await eventually(async () => expect((await system.items()).map(({ accountid }) => accountid)).toEqual(['good']));
    expect(await system.setAside()).toEqual([]);
  });
});

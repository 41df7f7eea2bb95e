import { Agent, type ClientRequest, type IncomingMessage, request } from 'node:http';
import { answerJobs } from '../child.ts';
import { applyLoad, type Load } from '../load.ts';
import { makeOrder } from '../orders.ts';

/** Posts the orders from number `first` on, `ordersAPost` in each call. */
export interface PostJob {
  readonly apiUrl: string;
  readonly apiKey: string;
  readonly first: number;
  readonly orders: number;
  readonly ordersAPost: number;
  readonly concurrency: number;
}

const agent = new Agent({ keepAlive: true, scheduling: 'lifo' });

answerJobs<PostJob, Load>(({ apiUrl, apiKey, first, orders, ordersAPost, concurrency }) => {
  const { hostname, port, pathname } = new URL('order', apiUrl);
  const headers = { 'content-type': 'application/json', 'x-api-key': apiKey };
  const options = { agent, method: 'POST', hostname, port, path: pathname };
  const bodies = Array.from({ length: orders / ordersAPost }, (_, call) => {
    const numbers = Array.from({ length: ordersAPost }, (_, index) => first + call * ordersAPost + index);
    return Buffer.from(
      JSON.stringify(ordersAPost === 1 ? { order: makeOrder(first + call) } : { orders: numbers.map(makeOrder) }),
    );
  });
  return applyLoad(bodies.length, concurrency, async (index) => {
    const body = bodies[index] ?? Buffer.alloc(0);
    const call = request({ ...options, headers: { ...headers, 'content-length': body.length } });
    call.end(body);
    await accepted(call, ordersAPost);
  });
});

/** Resolves once the call was answered in full and all its orders were accepted. */
const accepted = (call: ClientRequest, orders: number) =>
  new Promise<void>((resolve, reject) => {
    call.once('error', reject);
    call.once('response', (response: IncomingMessage) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.once('error', reject);
      response.once('end', () => {
        const text = () => Buffer.concat(chunks).toString();
        if (response.statusCode !== 202) return reject(new Error(`POST /order: ${response.statusCode} ${text()}`));
        if (orders > 1 && JSON.parse(text()).accepted.length !== orders) {
          return reject(new Error(`POST /order refused orders: ${text().slice(0, 500)}`));
        }
        resolve();
      });
    });
  });

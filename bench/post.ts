import { Agent, request } from 'node:http';
import { text } from 'node:stream/consumers';

/** Where orders are posted, and by whom. */
export interface OrderApi {
  readonly apiUrl: string;
  readonly apiKey: string;
}

export interface Accepted {
  readonly accepted: readonly { readonly eventId: string }[];
}

const agent = new Agent({ keepAlive: true, scheduling: 'lifo' });

/** Posts a body, connections kept; throws unless it was accepted. */
export async function post({ apiUrl, apiKey }: OrderApi, body: Buffer): Promise<Accepted> {
  const headers = { 'content-type': 'application/json', 'x-api-key': apiKey, 'content-length': body.length };
  const answered = await new Promise<{ status: number | undefined; body: string }>((resolve, reject) => {
    const call = request(new URL('order', apiUrl), { agent, method: 'POST', headers });
    call.once('error', reject);
    call.once('response', (response) => {
      text(response).then((answer) => resolve({ status: response.statusCode, body: answer }), reject);
    });
    call.end(body);
  });
  if (answered.status !== 202) throw new Error(`POST /order: ${answered.status} ${answered.body}`);
  return JSON.parse(answered.body);
}

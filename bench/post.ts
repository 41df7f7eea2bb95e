import { request } from 'undici';

/** Where orders are posted, and by whom. */
export interface OrderApi {
  readonly apiUrl: string;
  readonly apiKey: string;
}

export interface Accepted {
  readonly accepted: readonly { readonly eventId: string }[];
}

/** Posts a body, connections kept; throws unless it was accepted. */
export async function post({ apiUrl, apiKey }: OrderApi, body: Buffer): Promise<Accepted> {
  const headers = { 'content-type': 'application/json', 'x-api-key': apiKey };
  const response = await request(new URL('order', apiUrl), { method: 'POST', headers, body });
  if (response.statusCode !== 202) throw new Error(`POST /order: ${response.statusCode} ${await response.body.text()}`);
  return (await response.body.json()) as Accepted;
}

import type { IncomingMessage, ServerResponse } from 'node:http';
import type { LocalContext } from '../context.ts';
import { createServer } from '../http.ts';
import { listen } from '../listen.ts';

/** What the runtime tells of itself, by path below `/_local/`; each answers with what becomes JSON. */
export type LocalPages = Map<string, () => Promise<unknown>>;

const root = '/_local/';

/** Whether a request target is one of the runtime's own pages, which no stage of an API can be. */
export const isLocalPage = (url: string | undefined): boolean => url?.startsWith(root) ?? false;

/**
 * Answers a request below `/_local/`. The pages ask for no key, so they are kept from the web pages of strangers: a
 * browser lets one read what has the page's own host name, and its owner can let that name lead to this machine (DNS
 * rebinding).
 */
export async function answerLocalPage(
  pages: LocalPages,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const { method, url = '' } = request;
  request.resume();
  const refusal = refusalOf(request);
  if (refusal) return send(response, 403, { message: refusal });
  const page = pages.get(url.slice(root.length).split('?', 1)[0] as string);
  if (!page) return send(response, 404, { message: `Only ${[...pages.keys()].map((name) => root + name)} are here` });
  if (method !== 'GET' && method !== 'HEAD') return send(response, 405, { message: 'Only GET is answered here' });
  try {
    send(response, 200, await page());
  } catch (error) {
    send(response, 500, { message: (error as Error).message });
  }
}

/** The names of this machine that no stranger can have. */
const ownNames = ['127.0.0.1', 'localhost', '[::1]'];

const refusalOf = ({ headers, socket }: IncomingMessage): string | undefined => {
  const hosts = ownNames.map((name) => (socket.localPort === httpPort ? name : `${name}:${socket.localPort}`));
  if (!hosts.includes(headers.host?.toLowerCase() ?? ''))
    return (
      `Only the hosts ${hosts.slice(0, -1).join(', ')} and ${hosts.at(-1)} are answered here: ` +
      'under another name, a web page of a stranger could read this.'
    );
  const { origin } = headers;
  const isOwnOrigin = origin === undefined || (URL.canParse(origin) && ownNames.includes(new URL(origin).hostname));
  if (!isOwnOrigin || headers['sec-fetch-site'] === 'cross-site')
    return 'Web pages of other sites are not answered here.';
  return undefined;
};

const httpPort = 80; // no client names it

/** Where the pages are: beside the first API, or, without one, on a port of their own. */
export async function pagesOrigin({
  apiOrigins,
  pages,
  onClose,
}: Pick<LocalContext, 'apiOrigins' | 'pages' | 'onClose'>): Promise<string> {
  const [beside] = apiOrigins.values();
  if (beside !== undefined) return beside;
  const { url, close } = await listen(createServer((request, response) => answerLocalPage(pages, request, response)));
  onClose(close);
  return url;
}

function send(response: ServerResponse, status: number, value: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json', 'cache-control': 'no-store' });
  response.end(`${JSON.stringify(value)}\n`);
}

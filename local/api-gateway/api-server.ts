import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import type { Clock } from '../clock.ts';
import { createServer } from '../http.ts';
import { answerLocalPage, isLocalPage, type LocalPages } from '../metrics/local-pages.ts';
import type { Answer } from './answer.ts';
import { type ApiRequest, readRequest } from './api-request.ts';
import { readBody } from './request-body.ts';

/** What an API's server asks for each request, once the request is there whole. */
export interface ApiHandler {
  answer(request: ApiRequest): Promise<Answer>;
  /** For a body of more than 10 MB, which isn't kept. */
  answerTooLong(request: ApiRequest): Answer;
  /** Where there is no answer, or one that HTTP can't carry: a line break in a header for one. */
  answerBroken(request: ApiRequest): Answer;
}

/** An API's HTTP server on 127.0.0.1. It has its port before there is anybody to answer; until then it says 503. */
export class ApiServer {
  readonly origin: string;
  readonly #server: Server;
  readonly #clock: Clock;
  readonly #pages: LocalPages;
  #handler: ApiHandler | undefined;
  /** Of each connection, the answer to its newest request. */
  readonly #newest = new WeakMap<Socket, ServerResponse>();
  #inFlight = 0;
  #closed: Promise<void> | undefined;

  private constructor(server: Server, clock: Clock, pages: LocalPages) {
    this.#server = server;
    this.#clock = clock;
    this.#pages = pages;
    this.origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    server.on('request', (message, response) => this.#serve(message, response));
    server.on('clientError', (error, socket) => this.#answerMalformed(error, socket as Socket));
  }

  /** Rejects where the port is taken. `pages` are answered beside the API, below `/_local/`. */
  static async listen(port: number, clock: Clock, pages: LocalPages = new Map()): Promise<ApiServer> {
    const server = createServer({ keepAliveTimeout: 65_000, maxHeaderSize: MAX_HEADER_BYTES });
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(port, '127.0.0.1', resolve);
    });
    return new ApiServer(server, clock, pages);
  }

  serve(handler: ApiHandler): void {
    this.#handler = handler;
  }

  /** Takes no more connections, answers what is under way, then ends the connections. */
  close(): Promise<void> {
    this.#closed ??= this.#drain();
    return this.#closed;
  }

  async #drain(): Promise<void> {
    const closed = new Promise((resolve) => this.#server.close(resolve));
    const deadline = setTimeout(() => this.#server.closeAllConnections(), MAX_CLOSE_MS);
    if (this.#inFlight === 0) this.#server.closeAllConnections();
    await closed;
    clearTimeout(deadline);
  }

  /** What comes broken behind a whole request must not be taken for that one's answer. */
  #answerMalformed(error: NodeJS.ErrnoException, socket: Socket): void {
    const newest = this.#newest.get(socket);
    if (!newest?.req.complete || newest.writableFinished) {
      answerMalformed(error, socket);
      return;
    }
    newest.shouldKeepAlive = false;
    newest.once('finish', () => socket.destroySoon());
  }

  #serve(message: IncomingMessage, response: ServerResponse): void {
    this.#inFlight += 1;
    this.#newest.set(message.socket, response);
    response.once('close', () => {
      this.#inFlight -= 1;
      if (this.#closed && this.#inFlight === 0) this.#server.closeAllConnections();
    });
    if (isLocalPage(message.url)) {
      void answerLocalPage(this.#pages, message, response);
      return;
    }
    const handler = this.#handler;
    if (!handler) {
      message.resume();
      write(response, message, unavailable);
      return;
    }
    readBody(message, (body) => {
      const request = readRequest(message, body ?? NO_BODY, this.#clock.now());
      if (!body) {
        write(response, message, handler.answerTooLong(request));
        return;
      }
      handler.answer(request).then(
        (answer) => {
          if (this.#closed) response.shouldKeepAlive = false;
          try {
            write(response, message, answer);
          } catch {
            write(response, message, handler.answerBroken(request));
          }
        },
        (defect) => {
          process.emitWarning(defect instanceof Error ? defect : String(defect));
          write(response, message, handler.answerBroken(request));
        },
      );
    });
  }
}

/** More than AWS takes, so that what is too long for AWS can be told so. */
const MAX_HEADER_BYTES = 65_536;
/** Longer than the longest integration. */
const MAX_CLOSE_MS = 35_000;
const NO_BODY = Buffer.alloc(0);

const unavailable: Answer = {
  status: 503,
  headers: ['Content-Type', 'application/json'],
  body: '{"message":"Service Unavailable"}',
};

const write = (response: ServerResponse, message: IncomingMessage, { status, headers, body }: Answer): void => {
  if (response.headersSent || response.destroyed) return;
  const bodiless = status === 204 || status === 304;
  response.writeHead(
    status,
    bodiless
      ? headers
      : [...headers, 'Content-Length', String(typeof body === 'string' ? Buffer.byteLength(body) : body.length)],
  );
  response.end(bodiless || message.method === 'HEAD' ? undefined : body);
};

/** What is no HTTP is answered as such and ends its connection, nothing more. */
const answerMalformed = (error: NodeJS.ErrnoException, socket: Socket): void => {
  if (!socket.writable || error.code === 'ECONNRESET') {
    socket.destroy();
    return;
  }
  const [status, text] =
    error.code === 'HPE_HEADER_OVERFLOW'
      ? ['431 Request Header Fields Too Large', 'Request Header Fields Too Large']
      : ['400 Bad Request', 'Bad Request'];
  const body = JSON.stringify({ message: text });
  socket.end(
    `HTTP/1.1 ${status}\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\nConnection: close\r\n\r\n${body}`,
  );
};

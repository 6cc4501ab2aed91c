import type { Facts } from './executor.js';
import { decoded } from './wire/events.js';
import type { Answer, Message } from './wire/message.js';
import type { Session } from './wire/session.js';

/**
 * What runs on the executor: an HTTP server that sends what the path of a request says. Its parts are base64url of bytes to
 * send; `.large`, four million bytes of numbered lines; `.gate`, which waits for a line of stdin; `.hold`, which never
 * ends; and `.reset`, which ends the connection with an RST. It prints its port, and then each request as a line of base64.
 */
const PROGRAM = `
const lines = require('node:readline').createInterface({ input: process.stdin })[Symbol.asyncIterator]();
const server = require('node:net').createServer((socket) => {
  let text = '';
  socket.setEncoding('latin1').on('error', () => {}).on('data', (part) => {
    text += part;
    const end = text.indexOf('\\r\\n\\r\\n') + 4;
    const [, length] = /^content-length: *([0-9]+)/im.exec(text.slice(0, end)) || [0, 0];
    if (end < 4 || text.length < end + Number(length)) return;
    console.log(Buffer.from(text, 'latin1').toString('base64'));
    play(socket, text.split(' ')[1].split('/').slice(1));
  });
});
async function play(socket, parts) {
  for (const part of parts) {
    if (part === '.hold') return;
    if (part === '.reset') return void socket.resetAndDestroy();
    if (part === '.gate') await lines.next();
    else await new Promise((sent) => socket.write(bytesOf(part), sent));
  }
  socket.end();
}
const bytesOf = (part) => (part === '.large' ? large() : Buffer.from(part, 'base64url'));
const large = () => Array.from({ length: 500000 }, (_, at) => String(at).padStart(7, '0') + '\\n').join('');
server.listen(0, '127.0.0.1', () => console.log(server.address().port));
`;

/** Makes `node` be found where the server finds it. */
export const SERVER_PATH = {
  env: {},
  envPolicy: { inherit: 'core', ignoreDefaultExcludes: true, exclude: [], set: {}, includeOnly: [] },
};

/** For cases that need an HTTP server on the executor. */
export function needsWebServer({ hasNode }: Facts): string | undefined {
  return hasNode ? undefined : 'there is no node on the PATH of the server';
}

/** An HTTP server on the loopback of the executor, and requests that the executor sends to it. */
export class WebServer {
  readonly #session: Session;
  readonly #processId: string;
  #unread = '';
  #port = '';
  #gates = 0;

  private constructor(session: Session, processId: string) {
    this.#session = session;
    this.#processId = processId;
  }

  static async start(session: Session): Promise<WebServer> {
    const argv = ['node', '-e', PROGRAM];
    const server = new WebServer(session, await session.start(argv, { ...SERVER_PATH, pipeStdin: true }));
    server.#port = await server.#line();
    return server;
  }

  /** The URL of a response that consists of these parts: bytes, or one of the words. */
  url(...parts: readonly string[]): string {
    const path = parts.map((part) =>
      WORDS.has(part) ? part : Buffer.from(part, 'latin1').toString('base64url'),
    );
    return `http://127.0.0.1:${this.#port}/${path.join('/')}`;
  }

  /** Has the executor send a request; whatever `changes` leaves out works as it is. */
  ask(url: string, changes: Readonly<Record<string, unknown>> = {}): Promise<Answer> {
    return this.#session.request('http/request', { requestId: 'r', method: 'GET', url, ...changes });
  }

  /** The next request that came, as it was on the line; each character is one byte. */
  async received(): Promise<string> {
    return decoded(await this.#line());
  }

  /** Lets the response that waits at a gate go on. */
  async open(): Promise<void> {
    this.#gates += 1;
    await this.#session.write(this.#processId, `gate ${this.#gates}`, '\n');
  }

  /** The next piece of a streamed response. */
  async delta(requestId = 'r'): Promise<Delta> {
    const { params } = await this.#session.client.next(
      `a piece of ${requestId}`,
      ({ method, params }: Message) =>
        method === 'http/request/bodyDelta' && params?.['requestId'] === requestId,
    );
    return params as unknown as Delta;
  }

  /** All pieces of a streamed response from the next one to the last. */
  async deltas(requestId?: string): Promise<Delta[]> {
    const deltas: Delta[] = [];
    do deltas.push(await this.delta(requestId));
    while (deltas.at(-1)?.done !== true);
    return deltas;
  }

  async #line(): Promise<string> {
    if (!this.#unread.includes('\n')) this.#unread += await this.#session.outputUntil(this.#processId, '\n');
    const end = this.#unread.indexOf('\n');
    const line = this.#unread.slice(0, end);
    this.#unread = this.#unread.slice(end + 1);
    return line;
  }
}

/** A piece of a streamed response. */
export interface Delta {
  readonly requestId: string;
  readonly seq: number;
  readonly deltaBase64: string;
  readonly done: boolean;
  readonly error?: string | null;
}

const WORDS = new Set(['.gate', '.large', '.hold', '.reset']);

/** What the part `.large` is. */
export function largeBody(): string {
  return Array.from({ length: 500_000 }, (_, at) => `${String(at).padStart(7, '0')}\n`).join('');
}

/** A response as it is on the line, with the length of its body. */
export function response(body: string, status = '200 OK', ...headers: readonly string[]): string {
  return [
    `HTTP/1.1 ${status}`,
    ...headers,
    `Content-Length: ${body.length}`,
    'Connection: close',
    '',
    body,
  ].join('\r\n');
}

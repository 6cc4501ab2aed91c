import type { Transport, TransportClosed } from '@holdfast/exec-protocol';
import { Mismatch } from '../expect.js';
import type { Answer, Message } from './message.js';

/** How long a server may take for anything that needs no waiting. */
export const PATIENCE_MS = 10_000;

/** How many unread messages are kept; a server that sends more than this to one case is at fault. */
const MAX_UNREAD = 100_000;

/** How much of a message that cannot be read is told. */
const SHOWN_CHARACTERS = 100;

interface Waiting {
  matches(message: Message): boolean;
  take(message: Message): void;
  fail(error: Error): void;
}

/** A client that knows JSON and ids and nothing else of the protocol, so that it can break all of it. */
export class WireClient {
  /** How the connection ended. */
  readonly closed: Promise<TransportClosed>;
  readonly #transport: Transport;
  readonly #waiting = new Set<Waiting>();
  readonly #unread: Message[] = [];
  #lastId = 0;
  #ending: string | undefined;

  constructor(transport: Transport) {
    this.#transport = transport;
    this.closed = new Promise((resolve) => {
      transport.start({
        onMessage: (message) => {
          this.#read(typeof message === 'string' ? message : new TextDecoder().decode(message));
        },
        onDrain: () => undefined,
        onClose: (closed) => {
          this.#end(`the server ended the connection (${closed.code} ${closed.reason})`);
          resolve(closed);
        },
      });
    });
  }

  /** Messages that have come and that nobody has asked for. */
  get unread(): readonly Message[] {
    return this.#unread;
  }

  /** Sends a text as it is, or an object as JSON. */
  send(message: object | string): void {
    this.#transport.send(typeof message === 'string' ? message : JSON.stringify(message));
  }

  notify(method: string, params?: unknown): void {
    this.send({ method, params });
  }

  /** Sends a request and waits for its answer; other messages stay for `next`. */
  request(method: string, params?: unknown, withinMs = PATIENCE_MS): Promise<Answer> {
    return this.ask(method, params, withinMs).answer;
  }

  /** Sends a request, and tells its id before its answer comes. */
  ask(
    method: string,
    params?: unknown,
    withinMs = PATIENCE_MS,
  ): { readonly id: number; readonly answer: Promise<Answer> } {
    this.#lastId += 1;
    const id = this.#lastId;
    const answer = this.next(`an answer to ${method}`, (message) => message.id === id, withinMs).then(
      ({ id: _, ...rest }) => rest,
    );
    // Whoever asks for the answer late must not find that Node has given up on it.
    answer.catch(() => undefined);
    this.send({ id, method, params });
    return { id, answer };
  }

  /** The first message not taken yet that matches, here or still to come. */
  async next(
    what: string,
    matches: (message: Message) => boolean = () => true,
    withinMs = PATIENCE_MS,
  ): Promise<Message> {
    const at = this.#unread.findIndex(matches);
    if (at >= 0) return this.#unread.splice(at, 1)[0] as Message;
    if (this.#ending !== undefined) throw new Mismatch(`${this.#ending} before ${what} came`);
    return await new Promise((resolve, reject) => {
      const waiting: Waiting = {
        matches,
        take: (message) => {
          clearTimeout(timer);
          resolve(message);
        },
        fail: (error) => {
          clearTimeout(timer);
          reject(new Mismatch(`${error.message} before ${what} came`));
        },
      };
      const timer = setTimeout(() => {
        this.#waiting.delete(waiting);
        reject(new Mismatch(`${what} did not come within ${withinMs} ms`));
      }, withinMs);
      this.#waiting.add(waiting);
    });
  }

  /** Waits until the server has ended the connection. */
  async ended(withinMs = PATIENCE_MS): Promise<TransportClosed> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(() => {
        reject(new Mismatch(`the server did not end the connection within ${withinMs} ms`));
      }, withinMs);
    });
    try {
      return await Promise.race([this.closed, late]);
    } finally {
      clearTimeout(timer);
    }
  }

  /** Ends the connection without a word. */
  async cut(): Promise<void> {
    this.#transport.destroy();
    await this.closed;
  }

  #read(text: string): void {
    const message = parse(text);
    if (message === undefined) this.#giveUp(`the server sent what is no JSON object: ${shown(text)}`);
    else this.#take(message);
  }

  #take(message: Message): void {
    for (const waiting of this.#waiting) {
      if (!waiting.matches(message)) continue;
      this.#waiting.delete(waiting);
      waiting.take(message);
      return;
    }
    this.#unread.push(message);
    if (this.#unread.length > MAX_UNREAD) {
      this.#giveUp(`the server sent more than ${MAX_UNREAD} messages that nobody asked for`);
    }
  }

  #giveUp(reason: string): void {
    this.#end(reason);
    this.#transport.destroy();
  }

  #end(reason: string): void {
    this.#ending ??= reason;
    for (const waiting of this.#waiting) waiting.fail(new Mismatch(this.#ending));
    this.#waiting.clear();
  }
}

/** @returns undefined for what is no object. */
function parse(text: string): Message | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function shown(text: string): string {
  const start = JSON.stringify(text.slice(0, SHOWN_CHARACTERS));
  return text.length > SHOWN_CHARACTERS ? `${start}…` : start;
}

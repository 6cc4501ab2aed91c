import type { ChildProcessWithoutNullStreams } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { WebSocket } from 'ws';
import { within } from './deadline.js';
import { noneMarked } from './process-table.js';

/** A message as it came. */
export interface Message {
  readonly id?: number | string | null;
  readonly method?: string;
  readonly params?: Readonly<Record<string, unknown>>;
  readonly result?: unknown;
  readonly error?: { readonly code: number; readonly message: string; readonly data?: unknown };
}

/** An answer without the id that it was found by. */
export type Answer = Omit<Message, 'id'>;

/** How a connection ended: a close code with its reason, or on stdio the exit status with the signal, if any. */
export interface Ending {
  readonly code: number | null;
  readonly reason: string;
}

/** What carries messages; it knows nothing of their meaning. */
export interface Wire {
  readonly closed: Promise<Ending>;
  onMessage(listener: (text: string) => void): void;
  /** Sends a text as one message. */
  send(text: string): void;
  /** Sends bytes as one message: a binary frame, or a line. */
  sendBytes(bytes: Uint8Array): void;
  /** Sends bytes where text is promised: a text frame, or a line. */
  sendAsText(bytes: Uint8Array): void;
  /** Stops to read; what the server sends piles up in between. */
  pause(): void;
  resume(): void;
  /** Ends the connection in the regular way. */
  end(): void;
  /** Ends it without a word. */
  cut(): void;
  /** Takes nothing more from the server, for good. */
  closeOutput(): void;
}

interface Received {
  readonly text: string;
  readonly message: Message;
}

interface Waiting {
  matches(received: Received): boolean;
  take(received: Received): void;
  fail(error: Error): void;
}

/** A client without any knowledge of the protocol beyond JSON and ids, so that it can break all of it. */
export class RawClient implements AsyncDisposable {
  /** Goes into the environment of what this client starts. */
  readonly mark = randomUUID();
  readonly closed: Promise<Ending>;
  readonly #wire: Wire;
  readonly #waiting = new Set<Waiting>();
  #inbox: Received[] = [];
  #lastId = 0;
  #ending: Ending | undefined;
  #listener: ((message: Message) => boolean) | undefined;

  constructor(wire: Wire) {
    this.#wire = wire;
    wire.onMessage((text) => {
      this.#take({ text, message: JSON.parse(text) as Message });
    });
    this.closed = wire.closed.then((ending) => {
      this.#ending = ending;
      for (const waiting of this.#waiting) waiting.fail(endedTooSoon(ending));
      this.#waiting.clear();
      return ending;
    });
  }

  /** Messages that have arrived and that nobody has asked for. */
  get unread(): readonly Message[] {
    return this.#inbox.map(({ message }) => message);
  }

  /** From now on `listener` sees each message first, at once and in order; what it answers true to is not kept. */
  listen(listener: (message: Message) => boolean): void {
    this.#listener = listener;
    this.#inbox = this.#inbox.filter(({ message }) => !listener(message));
  }

  send(message: object | string): void {
    this.#wire.send(typeof message === 'string' ? message : JSON.stringify(message));
  }

  sendBytes(bytes: Uint8Array): void {
    this.#wire.sendBytes(bytes);
  }

  sendAsText(bytes: Uint8Array): void {
    this.#wire.sendAsText(bytes);
  }

  /** The first message not taken yet that matches, whether it is here or still to come. */
  async next(matches: (message: Message) => boolean = () => true, limitMs?: number): Promise<Message> {
    return (await this.#next(({ message }) => matches(message), limitMs)).message;
  }

  /** The text of the next message. */
  async nextText(): Promise<string> {
    return (await this.#next(() => true)).text;
  }

  /** The next notification of this name, of this process if one is named. */
  async nextEvent(method: string, processId?: string): Promise<Message> {
    return await this.next(
      (message) =>
        message.method === method && (processId === undefined || message.params?.['processId'] === processId),
    );
  }

  /** Sends a request and waits for its answer; other messages stay for `next`. */
  async request(method: string, params?: unknown): Promise<Answer> {
    this.#lastId += 1;
    const id = this.#lastId;
    this.send({ id, method, params });
    // The server numbers what it asks itself.
    const { id: _, ...answer } = await this.next(
      (message) => message.id === id && message.method === undefined,
    );
    return answer;
  }

  notify(method: string, params?: unknown): void {
    this.send({ method, params });
  }

  /** The whole handshake. Without `extensions` this is a legacy client, that never heard of any. */
  async initialize(extensions?: Readonly<Record<string, number>>): Promise<Answer> {
    const answer = await this.request('initialize', { clientName: 'e2e', extensions });
    this.notify('initialized', {});
    return answer;
  }

  /** How the connection ended, which has to be soon. */
  ended(): Promise<Ending> {
    return within('the end of a connection', this.closed);
  }

  pause(): void {
    this.#wire.pause();
  }

  resume(): void {
    this.#wire.resume();
  }

  end(): void {
    this.#wire.end();
  }

  cut(): void {
    this.#wire.cut();
  }

  closeOutput(): void {
    this.#wire.closeOutput();
  }

  /** Ends the connection and sees to it that nothing which this client started lives on. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#wire.resume();
    this.#wire.end();
    await this.ended();
    await noneMarked(this.mark);
  }

  #next(matches: (received: Received) => boolean, limitMs?: number): Promise<Received> {
    const at = this.#inbox.findIndex(matches);
    const found = this.#inbox[at];
    if (found !== undefined) {
      this.#inbox.splice(at, 1);
      return Promise.resolve(found);
    }
    const arrival = new Promise<Received>((take, fail: (error: Error) => void) => {
      if (this.#ending === undefined) this.#waiting.add({ matches, take, fail });
      else fail(endedTooSoon(this.#ending));
    });
    return within('a message', arrival, limitMs);
  }

  #take(received: Received): void {
    if (this.#listener?.(received.message) === true) return;
    for (const waiting of this.#waiting) {
      if (!waiting.matches(received)) continue;
      this.#waiting.delete(waiting);
      waiting.take(received);
      return;
    }
    this.#inbox.push(received);
  }
}

/** Dials `ws://…`, or `unix:PATH`; rejects when the server refuses. */
export async function dialWebSocket(url: string, headers: Record<string, string> = {}): Promise<RawClient> {
  const address = url.startsWith('unix:') ? `ws+unix:${url.slice('unix:'.length)}:/` : url;
  const ws = new WebSocket(address, { headers, perMessageDeflate: false, maxPayload: 0 });
  const client = new RawClient(webSocketWire(ws));
  await within(
    'a WebSocket',
    new Promise<void>((resolve, reject: (error: Error) => void) => {
      ws.once('open', resolve).once('error', reject);
    }),
  );
  return client;
}

const NEWLINE = Buffer.from('\n');

/** The carrier of a server that speaks on its own stdin and stdout. */
export function stdioWire(child: ChildProcessWithoutNullStreams): Wire {
  const closed = new Promise<Ending>((resolve) => {
    child.once('close', (code, signal) => {
      resolve({ code, reason: signal ?? '' });
    });
  });
  // Whoever writes to a server that is about to end meets a broken pipe; `closed` tells the story.
  child.stdin.on('error', () => undefined);
  return {
    closed,
    onMessage(listener) {
      let rest = '';
      child.stdout.setEncoding('utf8').on('data', (text: string) => {
        const lines = (rest + text).split('\n');
        rest = lines.pop() ?? '';
        for (const line of lines) listener(line);
      });
    },
    send: (text) => void child.stdin.write(`${text}\n`),
    sendBytes: (bytes) => void child.stdin.write(Buffer.concat([bytes, NEWLINE])),
    sendAsText: (bytes) => void child.stdin.write(Buffer.concat([bytes, NEWLINE])),
    pause: () => void child.stdout.pause(),
    resume: () => void child.stdout.resume(),
    end: () => void child.stdin.end(),
    cut: () => void child.stdin.destroy(),
    closeOutput: () => void child.stdout.destroy(),
  };
}

function webSocketWire(ws: WebSocket): Wire {
  const closed = new Promise<Ending>((resolve) => {
    ws.once('close', (code, reason) => {
      resolve({ code, reason: reason.toString() });
    });
  });
  ws.on('error', () => undefined);
  return {
    closed,
    onMessage(listener) {
      ws.on('message', (data, isBinary) => {
        if (isBinary) throw new Error('the server sent a binary frame');
        listener((data as Buffer).toString());
      });
    },
    send: (text) => {
      ws.send(text);
    },
    sendBytes: (bytes) => {
      ws.send(bytes, { binary: true });
    },
    sendAsText: (bytes) => {
      ws.send(bytes, { binary: false });
    },
    pause: () => {
      ws.pause();
    },
    resume: () => {
      ws.resume();
    },
    end: () => {
      ws.close(1000);
    },
    cut: () => {
      ws.terminate();
    },
    closeOutput: () => {
      ws.terminate();
    },
  };
}

function endedTooSoon({ code, reason }: Ending): Error {
  return new Error(`the connection ended (${String(code)} ${reason}) before the message came`);
}

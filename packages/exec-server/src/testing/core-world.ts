import { setImmediate as turn } from 'node:timers/promises';
import { memoryTransportPair, type Transport } from '@holdfast/exec-protocol';
import type { ConfinedFiles } from '../confined-files.js';
import { createServerCore, type Lifetimes, type ServerCore } from '../core.js';
import type { Sandboxes } from '../process/sandbox/sandboxes.js';
import { MemorySpill } from '../process/testing/memory-spill.js';
import { NO_CONFINED_FILES, NO_SANDBOXES } from '../process/testing/no-sandboxes.js';
import type { AnswerTransport } from '../rpc/answers/answer-transport.js';
import { ModelProcesses } from './model-processes.js';
import { TestClock } from './test-clock.js';

const PATIENCE_MS = 20_000;

/** An answer or a notification as it came. */
export interface CoreMessage {
  readonly id?: number;
  readonly method?: string;
  readonly params?: Readonly<Record<string, unknown>>;
  readonly result?: Readonly<Record<string, unknown>>;
  readonly error?: { readonly message: string; readonly data: { readonly kind: string } };
}

/** What a client says in `initialize`. */
export interface Handshake {
  readonly clientName?: string;
  readonly resumeSessionId?: string;
  readonly clientInstance?: string;
  readonly extensions?: readonly string[];
}

/** What our own client agrees on. */
export const REPLAY = {
  clientInstance: 'client',
  extensions: ['replay', 'session', 'signals', 'gap', 'attach'],
};

/** The same with windows. */
export const FLOW = { ...REPLAY, extensions: [...REPLAY.extensions, 'flow'] };

/** A server without sockets, with a clock and processes that do what a test says. */
export class CoreWorld implements AsyncDisposable {
  readonly clock = new TestClock();
  readonly processes = new ModelProcesses();
  /** What was logged as a warning. */
  readonly warnings: string[] = [];
  /** The facts of what was logged of sessions and the like. */
  readonly infos: object[] = [];
  readonly #core: ServerCore;

  constructor(
    lifetimes: Lifetimes = {},
    confinedFiles: ConfinedFiles = NO_CONFINED_FILES,
    sandboxes: Sandboxes = NO_SANDBOXES,
  ) {
    this.#core = createServerCore({
      ...lifetimes,
      clock: this.clock,
      processes: this.processes,
      environment: { shell: { name: 'sh', path: '/bin/sh' } },
      env: {},
      capabilities: { below: noFiles, installed: noFiles },
      config: { read: noFiles },
      http: { send: () => Promise.reject(new Error('there is no network here')) },
      logger: {
        debug: ignore,
        info: (facts) => this.infos.push(facts),
        warn: (_, event) => this.warnings.push(event),
        error: fail,
      },
      guardian: { watch: ignore, forget: ignore },
      spill: { open: (onRoom) => new MemorySpill(onRoom) },
      shortages: { met: ignore },
      cookie: { own: 'own', value: 'own' },
      sandboxes,
      confinedFiles,
    });
  }

  /** @param carrier What the server's end does in another way. */
  connect(principal = 'default', isResumable = true, carrier: Partial<AnswerTransport> = {}): CoreClient {
    const [near, far] = memoryTransportPair();
    const { ended } = this.#core.accept(Object.assign(takingBytes(near), carrier), principal, {
      isResumable,
    });
    return new CoreClient(far, ended, near);
  }

  /** A client after its handshake. */
  async client(handshake: Handshake = {}): Promise<CoreClient> {
    const client = this.connect();
    await client.initialize(handshake);
    return client;
  }

  /** A client that goes on with the session of another one. */
  async resumed({ sessionId }: CoreClient, handshake: Handshake = {}): Promise<CoreClient> {
    return await this.client({ ...handshake, resumeSessionId: sessionId });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#core.close();
    if (this.clock.pending > 0) throw new Error(`${String(this.clock.pending)} timers are left`);
  }
}

/** A client that knows nothing but JSON and ids. */
export class CoreClient {
  readonly ended: Promise<void>;
  /** What has arrived and was not asked for. */
  readonly received: CoreMessage[] = [];
  sessionId = '';
  readonly #transport: Transport;
  readonly #server: Pick<Transport, 'bufferedBytes'>;
  #lastId = 0;

  constructor(transport: Transport, ended: Promise<void>, server: Pick<Transport, 'bufferedBytes'>) {
    this.#transport = transport;
    this.#server = server;
    this.ended = ended;
    transport.start({
      onMessage: (message) => this.received.push(JSON.parse(String(message)) as CoreMessage),
      onDrain: ignore,
      onClose: ignore,
    });
  }

  /** What the server has sent and this client has not taken. */
  get unreadBytes(): number {
    return this.#server.bufferedBytes;
  }

  async initialize({ extensions, ...handshake }: Handshake): Promise<CoreMessage> {
    const offered = extensions && Object.fromEntries(extensions.map((name) => [name, 1]));
    const answer = await this.request('initialize', { clientName: '', ...handshake, extensions: offered });
    this.sessionId = String(answer.result?.['sessionId']);
    this.notify('initialized', {});
    await settle();
    return answer;
  }

  notify(method: string, params: object): void {
    this.#transport.send(JSON.stringify({ method, params }));
  }

  sendText(text: string): void {
    this.#transport.send(text);
  }

  /** Sends a request without waiting for its answer. @returns its id. */
  send(method: string, params: object, id: number = this.#lastId + 1): number {
    this.#lastId = Math.max(this.#lastId, id);
    this.#transport.send(JSON.stringify({ id, method, params }));
    return id;
  }

  /** What has come as answer to a request. */
  async answer(id: number): Promise<CoreMessage> {
    await settle();
    // What has to be fetched from the spill first takes longer.
    for (let tries = 0; tries < 200 && this.received.every((message) => message.id !== id); tries += 1)
      await turn();
    const at = this.received.findIndex((message) => message.id === id);
    const [answer] = at < 0 ? [] : this.received.splice(at, 1);
    if (answer === undefined) throw new Error(`no answer to ${String(id)} has come`);
    return answer;
  }

  /** The answer to a request that takes as long as the file system does. */
  async eventually(id: number): Promise<CoreMessage> {
    return await this.#arrival((message) => message.id === id);
  }

  /** The parameters of the next notification of this name. */
  async event(method: string): Promise<CoreMessage['params']> {
    return (await this.#arrival((message) => message.method === method)).params;
  }

  async request(method: string, params: object, id?: number): Promise<CoreMessage> {
    return await this.answer(this.send(method, params, id));
  }

  /** The result of a request, or the kind of its error. */
  async ask(method: string, params: object, id?: number): Promise<unknown> {
    const { result, error } = await this.request(method, params, id);
    return error === undefined ? result : error.data.kind;
  }

  async start(processId: string, more: object = {}, id?: number): Promise<unknown> {
    const params = { processId, argv: [processId], cwd: 'file:///', env: {}, tty: false, ...more };
    return await this.ask('process/start', params, id);
  }

  /** The events that have come since the last time, each as `process seq what`. */
  async events(): Promise<string[]> {
    await settle();
    const events = this.received.splice(0).filter(({ method }) => method !== undefined);
    return events.map(({ method = '', params = {} }) => {
      const { processId, seq, chunk } = params;
      const what =
        typeof chunk === 'string' ? Buffer.from(chunk, 'base64').toString() : method.slice('process/'.length);
      return [processId, seq, what].join(' ');
    });
  }

  pause(): void {
    this.#transport.pause();
  }

  resume(): void {
    this.#transport.resume();
  }

  /** Ends the connection behind what was sent. */
  hangUp(): void {
    this.#transport.close('normal', '');
  }

  /** Ends the connection without a word; what was under way is lost. */
  async cut(): Promise<void> {
    this.#transport.destroy();
    await settle();
  }

  async #arrival(isWanted: (message: CoreMessage) => boolean): Promise<CoreMessage> {
    const deadline = performance.now() + PATIENCE_MS;
    for (;;) {
      const at = this.received.findIndex(isWanted);
      const [message] = at < 0 ? [] : this.received.splice(at, 1);
      if (message !== undefined) return message;
      if (performance.now() > deadline) throw new Error('the message did not come');
      await turn();
    }
  }
}

/** Lets everything happen that is under way. */
export async function settle(): Promise<void> {
  for (let turns = 0; turns < 8; turns += 1) await turn();
}

/** In memory a message that was written out arrives as any other. */
function takingBytes(transport: Transport): AnswerTransport {
  const sendBytes: AnswerTransport['sendBytes'] = (message, sent) => {
    transport.send(Buffer.from(message).toString());
    queueMicrotask(sent);
  };
  const sendSlices: AnswerTransport['sendSlices'] = (message) => {
    transport.send(Buffer.concat(message).toString());
  };
  return Object.assign(transport, { sendBytes, sendSlices });
}

function ignore(): void {
  // What happens here is of no interest.
}

function fail(facts: object, event: string): void {
  throw new Error(`${event}: ${JSON.stringify(facts)}`);
}

function noFiles(): Promise<never> {
  return Promise.reject(new Error('there are no files here'));
}

import { within } from '../deadline.js';
import type { Answer, Message, RawClient } from '../raw-client.js';
import { bytesOf } from '../runs.js';
import { cut, type Handshake, openSession, reconnect } from './reconnect.js';

const EXTENSIONS = { replay: 1, flow: 1, signals: 1, session: 1, gap: 1, attach: 1 };
const WINDOW_BYTES = 1024 * 1024;
const ACK_BYTES = WINDOW_BYTES / 4;

interface Waiting {
  readonly method: string;
  readonly params: unknown;
  settle(answer: Answer): void;
}

/** What a process of such a client has told it. */
export class ReplayedProcess {
  /** Output in order, each event once. */
  readonly pieces: Buffer[] = [];
  seq = 0;
  exitCode: number | undefined;
  isClosed = false;
  unackedBytes = 0;

  get output(): Buffer {
    return Buffer.concat(this.pieces);
  }
}

/**
 * The least that a client does which has agreed on `replay` and `flow`: it repeats what was not answered, under the same
 * ids and in their order, and says from where on it wants the events of each process.
 */
export class ReplayClient {
  readonly #connect: () => Promise<RawClient>;
  readonly #handshake: Handshake;
  readonly #waiting = new Map<number, Waiting>();
  readonly #processes = new Map<string, ReplayedProcess>();
  #wire: RawClient;
  #sessionId = '';
  #lastId = 0;

  private constructor(connect: () => Promise<RawClient>, wire: RawClient, clientInstance: string) {
    this.#connect = connect;
    this.#wire = wire;
    this.#handshake = { clientInstance, extensions: EXTENSIONS };
  }

  static async open(connect: () => Promise<RawClient>, clientInstance = 'e2e'): Promise<ReplayClient> {
    const client = new ReplayClient(connect, await connect(), clientInstance);
    client.#sessionId = await openSession(client.#wire, client.#handshake);
    client.#listen();
    return client;
  }

  /** The connection of now. */
  get wire(): RawClient {
    return this.#wire;
  }

  get sessionId(): string {
    return this.#sessionId;
  }

  /** Processes whose events are wanted; the first call for a name makes one. */
  process(processId: string): ReplayedProcess {
    const process = this.#processes.get(processId) ?? new ReplayedProcess();
    this.#processes.set(processId, process);
    return process;
  }

  /** Starts a process and has its output pushed. Settles with the answer, over however many connections. */
  start(params: Record<string, unknown>): Promise<Answer> {
    this.process(String(params['processId']));
    return this.request('process/start', { ...params, windowBytes: WINDOW_BYTES });
  }

  /** Settles with the answer, over however many connections. */
  request(method: string, params: unknown): Promise<Answer> {
    this.#lastId += 1;
    const id = this.#lastId;
    const answered = new Promise<Answer>((settle) => {
      this.#waiting.set(id, { method, params, settle });
    });
    this.#wire.send({ id, method, params });
    return within(`the answer to ${method}`, answered);
  }

  /** Destroys the socket. */
  async cut(): Promise<void> {
    await cut(this.#wire);
  }

  async resume(): Promise<void> {
    this.#wire = await reconnect(this.#connect, this.#sessionId, this.#handshake);
    this.#wire.notify('initialized', {});
    this.#listen();
    const cursors = [...this.#processes].map(([processId, { seq, unackedBytes }]) => ({
      processId,
      afterSeq: seq,
      windowBytes: Math.max(1, WINDOW_BYTES - unackedBytes),
    }));
    this.#lastId += 1;
    this.#wire.send({ id: this.#lastId, method: 'session/replay', params: { cursors } });
    this.acknowledge();
    for (const [id, { method, params }] of this.#waiting) this.#wire.send({ id, method, params });
  }

  /** Says which answers have come. */
  acknowledge(): void {
    const unanswered = [...this.#waiting.keys()];
    this.#wire.notify('session/acknowledge', { upToId: this.#lastId, unanswered });
  }

  #listen(): void {
    this.#wire.listen((message) => this.#take(message));
  }

  #take({ id, method, ...message }: Message): boolean {
    if (method === undefined) {
      const waiting = this.#waiting.get(Number(id));
      this.#waiting.delete(Number(id));
      waiting?.settle(message);
      return waiting !== undefined;
    }
    const processId = String(message.params?.['processId']);
    const process = this.#processes.get(processId);
    if (process !== undefined) this.#apply(processId, process, method, message);
    return process !== undefined;
  }

  #apply(processId: string, process: ReplayedProcess, method: string, message: Message): void {
    const seq = Number(message.params?.['seq']);
    if (method === 'process/exited') process.exitCode = Number(message.params?.['exitCode']);
    if (method === 'process/closed') process.isClosed = true;
    if (method === 'process/gap')
      throw new Error(`${processId} has a gap: ${JSON.stringify(message.params)}`);
    if (method !== 'process/output') return;
    if (seq <= process.seq) throw new Error(`${processId} ${String(seq)} came twice`);
    process.seq = seq;
    const bytes = bytesOf(message);
    process.pieces.push(bytes);
    process.unackedBytes += bytes.length;
    if (process.unackedBytes < ACK_BYTES) return;
    process.unackedBytes = 0;
    this.#wire.notify('process/window', { processId, ackSeq: seq, windowBytes: WINDOW_BYTES });
  }
}

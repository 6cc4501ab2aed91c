import { expect } from 'vitest';
import { within } from '../deadline.js';
import type { Message, RawClient } from '../raw-client.js';
import { LegacyProcess, type Page } from './legacy-process.js';
import { cut, openSession, reconnect } from './reconnect.js';

/** Larger frames a client of the base wire does not take. */
const MAX_FRAME = 16 * 1024 * 1024;

/**
 * A client of the base wire as the reference client is one: it hands events on in the order of their numbers, and after a
 * lost connection it resumes its session and reads each process once, behind the last event that it has handed on.
 */
export class LegacyClient {
  readonly #connect: () => Promise<RawClient>;
  readonly #processes = new Map<string, LegacyProcess>();
  readonly #sessionId: string;
  readonly #answers = new Map<string, (page: Page) => void>();
  #wire: RawClient;

  private constructor(connect: () => Promise<RawClient>, wire: RawClient, sessionId: string) {
    this.#connect = connect;
    this.#wire = wire;
    this.#sessionId = sessionId;
    this.#listen();
  }

  static async open(connect: () => Promise<RawClient>): Promise<LegacyClient> {
    const wire = await connect();
    return new LegacyClient(connect, wire, await openSession(wire));
  }

  /** The connection of now. */
  get wire(): RawClient {
    return this.#wire;
  }

  async start(params: Record<string, unknown>): Promise<LegacyProcess> {
    const process = new LegacyProcess();
    this.#processes.set(String(params['processId']), process);
    expect(await this.#wire.request('process/start', params)).toMatchObject({ result: {} });
    return process;
  }

  /** Destroys the socket. */
  async cut(): Promise<void> {
    await cut(this.#wire);
  }

  /** Connects again until the session is there, then reads each process before it does anything else. */
  async resume(): Promise<void> {
    this.#wire = await reconnect(this.#connect, this.#sessionId);
    this.#wire.notify('initialized', {});
    this.#listen();
    for (const [processId, process] of this.#processes) {
      await within(`what has happened to ${processId}`, this.#read(processId, process));
    }
  }

  #read(processId: string, process: LegacyProcess): Promise<void> {
    return new Promise((resolve) => {
      const id = `read ${processId}`;
      // Before the events behind it, which may have come in the same packet.
      this.#answers.set(id, (page) => {
        process.merge(page);
        resolve();
      });
      const params = { processId, afterSeq: process.publishedSeq, maxBytes: null, waitMs: 0 };
      this.#wire.send({ id, method: 'process/read', params });
    });
  }

  #listen(): void {
    this.#wire.listen((message) => this.#take(message));
  }

  #take(message: Message): boolean {
    expect(JSON.stringify(message).length).toBeLessThan(MAX_FRAME);
    const answer = this.#answers.get(String(message.id));
    if (answer !== undefined) {
      answer(message.result as Page);
      return true;
    }
    const process = this.#processes.get(String(message.params?.['processId']));
    process?.take(message);
    return process !== undefined;
  }
}

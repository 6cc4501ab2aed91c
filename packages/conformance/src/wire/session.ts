import { same } from '../expect.js';
import { base64, decoded, type Run, runFrom } from './events.js';
import type { Answer, Message } from './message.js';
import type { WireClient } from './wire-client.js';

/** Where programs are found. */
export const PATH = '/usr/local/bin:/usr/bin:/bin';

/** Members of `process/start` beside argv, instead of those that work as they are. */
type StartChanges = Readonly<Record<string, unknown>> & { readonly processId?: string };

/** A connection whose handshake is over, and what it takes to run processes on it. */
export class Session {
  readonly client: WireClient;
  /** What `initialize` answered. */
  readonly greeting: Readonly<Record<string, unknown>>;
  readonly #started: string[] = [];

  constructor(client: WireClient, greeting: Readonly<Record<string, unknown>>) {
    this.client = client;
    this.greeting = greeting;
  }

  get id(): string {
    return String(this.greeting['sessionId']);
  }

  request(method: string, params?: unknown, withinMs?: number): Promise<Answer> {
    return this.client.request(method, params, withinMs);
  }

  /** Starts a program that is meant to start; its answer must be right. @returns the process id. */
  async start(
    argv: readonly string[],
    { processId = `p${this.#started.length + 1}`, ...changes }: StartChanges = {},
  ): Promise<string> {
    const answer = await this.tryStart({ processId, argv, ...changes });
    same('the answer to process/start', answer, { result: { processId, sandboxType: 'none' } });
    return processId;
  }

  /** Starts a shell script. */
  script(text: string, changes?: StartChanges): Promise<string> {
    return this.start(['/bin/sh', '-c', text], changes);
  }

  /** Asks for a start that may be refused. Whatever `changes` leaves out works as it is. */
  async tryStart(changes: Readonly<Record<string, unknown>>): Promise<Answer> {
    const params = startParams(changes);
    this.#started.push(String(params['processId']));
    return await this.request('process/start', params);
  }

  /** Starts a shell script and waits for its end. */
  async run(text: string, changes?: StartChanges): Promise<Run> {
    return await this.finish(await this.script(text, changes));
  }

  /** Waits for the end of a process, and checks the numbers of its events. */
  async finish(processId: string): Promise<Run> {
    return runFrom(await this.events(processId));
  }

  /** All events of a process from the next one to `closed`, in the order in which they came. */
  async events(processId: string): Promise<Message[]> {
    const events: Message[] = [];
    for (;;) {
      const event = await this.client.next(
        `the next event of ${processId}`,
        ({ method, params }) => method !== undefined && params?.['processId'] === processId,
      );
      events.push(event);
      if (event.method === 'process/closed') return events;
    }
  }

  /** The next notification of a name about a process. */
  async event(method: string, processId: string): Promise<Message> {
    return await this.client.next(
      `${method} of ${processId}`,
      (message) => message.method === method && message.params?.['processId'] === processId,
    );
  }

  /** Waits until the output contains a text. @returns what came until then. */
  async outputUntil(processId: string, text: string): Promise<string> {
    let seen = '';
    while (!seen.includes(text)) {
      seen += decoded((await this.event('process/output', processId)).params?.['chunk']);
    }
    return seen;
  }

  write(processId: string, writeId: string, text: string): Promise<Answer> {
    return this.request('process/write', { processId, writeId, chunk: base64(text) });
  }

  read(processId: string, changes: Readonly<Record<string, unknown>> = {}): Promise<Answer> {
    return this.request('process/read', { processId, ...changes });
  }

  /** Ends what was started here and the connection; nothing of a case stays on the server. */
  async dispose(): Promise<void> {
    const asked = this.#started.map((processId) => this.request('process/terminate', { processId }, 2000));
    await Promise.allSettled(asked);
    await this.client.cut();
  }
}

/** Parameters of `process/start` that work as they are. */
export function startParams(changes: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return { processId: 'p1', argv: ['/bin/true'], cwd: 'file:///', env: { PATH }, tty: false, ...changes };
}

import type { Carrier } from './carrier.js';
import { holds, Mismatch, same } from './expect.js';
import type { Answer } from './wire/message.js';
import { Session } from './wire/session.js';
import { PATIENCE_MS, WireClient } from './wire/wire-client.js';

const CLIENT_NAME = 'conformance';

/** What a server said of itself at the first handshake, and what the carrier can do. */
export interface Facts {
  /** Extensions that it grants, by name. */
  readonly extensions: Readonly<Record<string, number>>;
  /** Whether a second connection reaches the same server. */
  readonly canReconnect: boolean;
  /** Whether a process that inherits the server's PATH finds `node` there. */
  readonly hasNode: boolean;
  /** Whether it starts processes in a sandbox and tells of that, under the extension of that name. */
  readonly hasSandbox: boolean;
}

/** The server under test, as one case sees it. Every connection made through it ends with the case. */
export class Executor {
  readonly facts: Facts;
  /** A directory on the executor that belongs to this run, as a `file:` URI without a slash at its end. */
  readonly workspace: string;
  readonly #carrier: Carrier;
  readonly #sessions: Session[] = [];
  readonly #clients: WireClient[] = [];

  constructor(carrier: Carrier, facts: Facts, workspace: string) {
    this.#carrier = carrier;
    this.facts = facts;
    this.workspace = workspace;
  }

  /** A connection on which nothing has been said. */
  async dial(): Promise<WireClient> {
    const client = new WireClient(await this.#carrier.dial());
    this.#clients.push(client);
    return client;
  }

  /** A connection with a session; a new one unless `params` names one to resume. */
  async session(params: Readonly<Record<string, unknown>> = {}): Promise<Session> {
    return this.#keep(await greet(await this.dial(), params));
  }

  /** A session with one extension agreed on. */
  with(...extensions: readonly string[]): Promise<Session> {
    return this.session({ extensions: Object.fromEntries(extensions.map((name) => [name, 1])) });
  }

  /** Takes a session over; the server may need a moment to notice that its last connection is gone. */
  async resume(resumeSessionId: string): Promise<Session> {
    const deadline = performance.now() + PATIENCE_MS;
    for (;;) {
      const client = await this.dial();
      const answer = await client.request('initialize', { clientName: CLIENT_NAME, resumeSessionId });
      if (answer.error === undefined) return this.#keep(begin(client, answer));
      holds(
        answer.error.code === -32010 && performance.now() < deadline,
        'expected to resume the session',
        answer,
      );
      await client.cut();
    }
  }

  async dispose(): Promise<void> {
    await Promise.all(this.#sessions.map((session) => session.dispose()));
    await Promise.all(this.#clients.map((client) => client.cut()));
  }

  #keep(session: Session): Session {
    this.#sessions.push(session);
    return session;
  }
}

/** The whole handshake. @throws Mismatch when the server refuses. */
export async function greet(
  client: WireClient,
  params: Readonly<Record<string, unknown>> = {},
): Promise<Session> {
  return begin(client, await client.request('initialize', { clientName: CLIENT_NAME, ...params }));
}

function begin(client: WireClient, { result, error }: Answer): Session {
  if (error !== undefined) throw new Mismatch(`initialize was refused: ${error.code} ${error.message}`);
  same('the type of the result of initialize', typeof result, 'object');
  client.notify('initialized', {});
  return new Session(client, result as Record<string, unknown>);
}

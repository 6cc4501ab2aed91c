import { randomBytes } from 'node:crypto';
import { asSessionId, ExecError, MAX_SESSIONS, type SessionId } from '@holdfast/exec-protocol';
import type { ProcessHost } from '../process/process-table.js';
import { Session } from './session.js';

/** A session id is a credential: 32 unguessable bytes. */
const ID_BYTES = 32;

/** All sessions of a server. */
export class SessionRegistry {
  readonly #host: ProcessHost;
  readonly #sessions = new Map<SessionId, Session>();

  constructor(host: ProcessHost) {
    this.#host = host;
  }

  get size(): number {
    return this.#sessions.size;
  }

  /** @throws ExecError `limitExceeded` when the server has as many sessions as it takes. */
  open(principal: string): Session {
    if (this.#sessions.size >= MAX_SESSIONS) {
      throw new ExecError(
        'limitExceeded',
        `this server has ${String(MAX_SESSIONS)} sessions; close one first`,
      );
    }
    const session = new Session(
      asSessionId(randomBytes(ID_BYTES).toString('base64url')),
      principal,
      this.#host,
    );
    this.#sessions.set(session.id, session);
    return session;
  }

  /** @throws ExecError `sessionUnknown`: sessions end with their connection, so there is never one to resume. */
  resume(id: SessionId): Session {
    throw new ExecError(
      'sessionUnknown',
      `unknown session id ${id}: sessions of this server end with their connection; open a new one`,
    );
  }

  /** Ends a session and its processes. @returns how many were running. */
  async close(session: Session): Promise<number> {
    const running = await session.close();
    this.#sessions.delete(session.id);
    return running;
  }

  async closeAll(): Promise<void> {
    await Promise.all([...this.#sessions.values()].map((session) => this.close(session)));
  }
}

import { randomBytes } from 'node:crypto';
import {
  asSessionId,
  type ConnectionId,
  DETACHED_SESSION_TTL_MS,
  ExecError,
  MAX_SESSIONS,
  type SessionId,
} from '@holdfast/exec-protocol';
import { SoleWriters } from '../fs/open/sole-writers.js';
import type { ProcessHost } from '../process/process-table.js';
import { KeptBudget } from './kept-budget.js';
import { type Attachment, Session } from './session.js';

/** A session id is a credential: 32 unguessable bytes. */
const ID_BYTES = 32;

/** Whom a session belongs to, and whether it may outlive its connection. */
export interface SessionOwner {
  readonly principal: string;
  readonly isResumable: boolean;
}

/** All sessions of a server. */
export class SessionRegistry {
  /** Who goes on with which file, in whatever session. */
  readonly writers = new SoleWriters();
  readonly #kept = new KeptBudget();
  readonly #host: ProcessHost;
  readonly #ttlMs: number;
  readonly #sessions = new Map<SessionId, Session>();
  readonly #closing = new Set<Promise<number>>();

  /** @param ttlMs How long a session without a connection is kept. */
  constructor(host: ProcessHost, ttlMs: number = DETACHED_SESSION_TTL_MS) {
    this.#host = host;
    this.#ttlMs = ttlMs;
  }

  get size(): number {
    return this.#sessions.size;
  }

  /** @throws ExecError `limitExceeded` when the server has as many sessions as it takes. */
  open({ principal, isResumable }: SessionOwner, attachment: Attachment): Session {
    if (this.#sessions.size >= MAX_SESSIONS) {
      throw new ExecError(
        'limitExceeded',
        `this server has ${String(MAX_SESSIONS)} sessions; close one first`,
      );
    }
    const id = asSessionId(randomBytes(ID_BYTES).toString('base64url'));
    const ttlMs = isResumable ? this.#ttlMs : 0;
    const traits = { id, principal, ttlMs, writers: this.writers, kept: this.#kept };
    const session = new Session(traits, this.#host, attachment, (expired) => {
      void this.close(expired);
    });
    this.#sessions.set(id, session);
    return session;
  }

  /**
   * Gives a session to another connection of its principal.
   * @throws ExecError `sessionBusy` while the connection before it may still live; `sessionUnknown` in the same words for
   *   one that never was, that has expired, and that belongs to somebody else.
   */
  resume(id: SessionId, { principal, isResumable }: SessionOwner, attachment: Attachment): Session {
    const session = this.#sessions.get(id);
    if (session?.principal !== principal || !isResumable) throw unknownSession(id);
    if (session.resume(attachment)) return session;
    if (session.isClosed) throw unknownSession(id);
    throw new ExecError('sessionBusy', 'the session is attached to another connection; try again');
  }

  /** A connection of the session has ended. @returns how many processes ended with it. */
  async leave(session: Session, connection: ConnectionId): Promise<number> {
    return session.detach(connection) ? await session.close() : 0;
  }

  /** Ends a session and its processes. @returns how many were running. */
  async close(session: Session): Promise<number> {
    if (!this.#sessions.delete(session.id)) return 0;
    const closed = session.close();
    this.#closing.add(closed);
    try {
      return await closed;
    } finally {
      this.#closing.delete(closed);
    }
  }

  /** Ends all sessions; waits for those as well that are just ending. */
  async closeAll(): Promise<void> {
    for (const session of this.#sessions.values()) void this.close(session);
    await Promise.all(this.#closing);
  }
}

function unknownSession(id: SessionId): ExecError {
  return new ExecError(
    'sessionUnknown',
    `unknown session id ${id}; it expired, was closed or never existed here: open a new one`,
  );
}

import { randomBytes } from 'node:crypto';
import { setMaxListeners } from 'node:events';
import {
  type ConnectionId,
  ExecError,
  FILES_END_MS,
  MAX_APPEARED_RECORDS,
  MAX_CLIENT_INSTANCES,
  type SessionId,
} from '@holdfast/exec-protocol';
import type { Timer } from '../clock.js';
import { FileOrder } from '../fs/file-order.js';
import { FileHandles } from '../fs/open/file-handles.js';
import type { SoleWriters } from '../fs/open/sole-writers.js';
import type { NewsListener } from '../process/follow/subscription.js';
import { type ProcessHost, ProcessTable } from '../process/process-table.js';
import { type AppearedRecord, appearedRecord } from './appeared-record.js';
import { KeptAnswers } from './kept-answers.js';
import { type KeptBudget, KeptBytes } from './kept-budget.js';
import { PolicyDesk } from './policy-desk.js';
import { RecordQueue } from './record-queue.js';
import { nextSession, type SessionState } from './session-state.js';

const LABEL_BYTES = 4;

/** Whose a session is, and for how long it is kept without a connection. */
export interface SessionTraits {
  /** The credential that resumes it. */
  readonly id: SessionId;
  readonly principal: string;
  /** 0 for one that ends with its connection. */
  readonly ttlMs: number;
  /** Who goes on with which file, over all sessions. */
  readonly writers: SoleWriters;
  /** What all sessions keep for repeats. */
  readonly kept: KeptBudget;
}

/** The connection that a session is used through. */
export interface Attachment {
  readonly connection: ConnectionId;
  /** Which client this is, where it wants to have requests carried out once; it is the same on all its connections. */
  readonly clientInstance: string | undefined;
  /** Whether its client can be told what has appeared while its processes ran. */
  readonly hearsAppeared: boolean;
  /** Hears of processes that have something to push. */
  readonly onNews: NewsListener;
  /** Another connection asks for the session: shows that this one lives, or ends it. */
  probe(): void;
}

/** What a client holds through any number of connections, one at a time: its processes, its files, answers that it is owed. */
export class Session {
  readonly id: SessionId;
  readonly principal: string;
  /** Names it in the log and to other clients; no credential. */
  readonly label = randomBytes(LABEL_BYTES).toString('hex');
  readonly processes: ProcessTable;
  /** Files that stay open while a lost connection is replaced. */
  readonly files: FileHandles;
  /** The order of what it asks of files, over all its connections. */
  readonly fileOrder = new FileOrder();
  /** What the networks of its processes ask and tell. */
  readonly policy: PolicyDesk;
  /** What has appeared while its processes ran, unless its last connection had not agreed on hearing of it. */
  readonly appeared = new RecordQueue<AppearedRecord>(MAX_APPEARED_RECORDS);
  readonly #host: ProcessHost;
  readonly #ttlMs: number;
  readonly #onExpired: (session: Session) => void;
  readonly #answers = new Map<string, KeptAnswers>();
  readonly #keptBytes: KeptBytes;
  readonly #ended = new AbortController();
  #state: SessionState;
  #attachment: Attachment | undefined;
  #hearsAppeared: boolean;
  #expiry: Timer | undefined;
  #closed: Promise<number> | undefined;

  /** @param onExpired Called once it is over because nobody came back. */
  constructor(
    traits: SessionTraits,
    host: ProcessHost,
    attachment: Attachment,
    onExpired: (session: Session) => void,
  ) {
    // Every request that is confined listens to it.
    setMaxListeners(0, this.#ended.signal);
    this.id = traits.id;
    this.files = new FileHandles({ writers: traits.writers });
    this.#keptBytes = new KeptBytes(traits.kept);
    this.principal = traits.principal;
    this.#ttlMs = traits.ttlMs;
    this.#host = host;
    this.#onExpired = onExpired;
    this.#state = { kind: 'attached', connection: attachment.connection };
    this.#attachment = attachment;
    this.#hearsAppeared = attachment.hearsAppeared;
    const owner = { principal: traits.principal, session: this.label, isResumable: traits.ttlMs > 0 };
    this.policy = new PolicyDesk(host.clock);
    this.processes = new ProcessTable(host, owner, {
      onNews: (subscription) => {
        this.#attachment?.onNews(subscription);
      },
      onAppeared: (id, report) => {
        if (this.#hearsAppeared) this.appeared.add(appearedRecord(id, report));
      },
      network: this.policy,
    });
  }

  /** Fires when it has ended, with the reason that is told to who still waits for something. */
  get ended(): AbortSignal {
    return this.#ended.signal;
  }

  get isClosed(): boolean {
    return this.#state.kind === 'closed';
  }

  /**
   * The session goes over to another connection. Nothing is pushed to it for processes that are there already.
   * @returns whether it did: not while another connection has it, nor once it has expired.
   * @throws ExecError `limitExceeded` when too many clients have used the session.
   */
  resume(attachment: Attachment): boolean {
    if (attachment.clientInstance !== undefined) this.#checkRoomFor(attachment.clientInstance);
    const { connection } = attachment;
    this.#move(nextSession(this.#state, { type: 'resume', connection, now: this.#host.clock.now() }));
    if (this.#state.kind === 'attached' && this.#state.connection === connection) {
      this.#attachment = attachment;
      this.#hearsAppeared = attachment.hearsAppeared;
      if (!this.#hearsAppeared) this.appeared.clear();
      return true;
    }
    if (this.isClosed) this.#onExpired(this);
    this.#attachment?.probe();
    return false;
  }

  /**
   * A connection has ended. From now on the session waits for another one, if it was this one that had it.
   * @returns whether the session is over with it.
   */
  detach(connection: ConnectionId): boolean {
    const now = this.#host.clock.now();
    const before = this.#state;
    const next = nextSession(before, { type: 'detach', connection, expiresAt: now + this.#ttlMs });
    if (next === before) return false;
    this.#attachment = undefined;
    this.processes.park();
    this.#move(next);
    this.#expireInTime();
    return this.isClosed;
  }

  /**
   * The answers that are kept for one client.
   * @throws ExecError `limitExceeded` when there are too many clients.
   */
  answers(clientInstance: string): KeptAnswers {
    const known = this.#answers.get(clientInstance);
    if (known !== undefined) return known;
    this.#checkRoomFor(clientInstance);
    const answers = new KeptAnswers(this.#keptBytes);
    this.#answers.set(clientInstance, answers);
    return answers;
  }

  /** Ends the session and the processes that live as long as it, and waits until they are. @returns how many ran. */
  close(): Promise<number> {
    this.#move(nextSession(this.#state, { type: 'close' }));
    this.#attachment = undefined;
    this.#closed ??= this.#end();
    return this.#closed;
  }

  #checkRoomFor(clientInstance: string): void {
    // What a client before it has sent must never be carried out again, so none of them can be forgotten.
    if (this.#answers.has(clientInstance) || this.#answers.size < MAX_CLIENT_INSTANCES) return;
    throw new ExecError(
      'limitExceeded',
      `${String(MAX_CLIENT_INSTANCES)} clients have used this session already; open a new one`,
    );
  }

  async #end(): Promise<number> {
    this.policy.close();
    this.appeared.close();
    for (const answers of this.#answers.values()) answers.close();
    this.#ended.abort(new ExecError('sessionUnknown', 'the session has ended; open a new one'));
    const [running] = await Promise.all([this.processes.close(), this.#endFiles()]);
    return running;
  }

  /** What was asked of its files is done first; a file system or a sandbox that does not answer keeps nobody for ever. */
  async #endFiles(): Promise<void> {
    const end: { timer?: Timer } = {};
    const late = new Promise<void>((resolve) => {
      end.timer = this.#host.clock.after(FILES_END_MS, resolve);
    });
    await Promise.race([this.files.closeAll(), late]);
    end.timer?.cancel();
  }

  #move(next: SessionState): void {
    this.#state = next;
    if (next.kind !== 'detached') this.#expiry?.cancel();
  }

  // Timers fire a little early, and long ones may be cut short, so what counts is the clock.
  #expireInTime(): void {
    const now = this.#host.clock.now();
    this.#move(nextSession(this.#state, { type: 'expire', now }));
    if (this.isClosed) this.#onExpired(this);
    if (this.#state.kind !== 'detached') return;
    this.#expiry = this.#host.clock.after(this.#state.expiresAt - now, () => {
      this.#expireInTime();
    });
  }
}

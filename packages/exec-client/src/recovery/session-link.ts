import {
  CLOSE_CODES,
  ExecError,
  type Extensions,
  MAX_LEGACY_MESSAGE_BYTES,
  MAX_MESSAGE_BYTES,
  type NotificationSpec,
  type networkPolicyRequest,
  type ParamsOf,
  type ProcessId,
  type RequestSpec,
  type ResultOf,
  sessionAcknowledge,
} from '@holdfast/exec-protocol';
import type { Clock } from '../clock.js';
import type { Connection, ConnectionEnd } from '../connection/connection.js';
import { deliver } from '../connection/deliver.js';
import type { Agreement } from '../connection/handshake.js';
import type {
  AppearedListener,
  BodySink,
  Link,
  NetworkSink,
  ProcessSink,
  Stops,
  WatchSink,
} from '../connection/link.js';
import { Acknowledgements } from '../requests/acknowledgements.js';
import { AppearedListeners } from '../requests/appeared-listeners.js';
import { PolicyAnswers } from '../requests/policy-answers.js';
import { RequestJournal } from '../requests/request-journal.js';
import { catchUp, type OpenProcess, type Resumption, replay } from './resumption.js';

/** Close codes that mean: what came cannot be taken. Another connection with the same on it would end alike. */
const REFUSALS: ReadonlySet<number> = new Set([
  CLOSE_CODES.protocolError.code,
  1003,
  1007,
  1008,
  CLOSE_CODES.messageTooBig.code,
  1010,
]);

/** What processes use: one link for the whole session, over however many connections it takes. */
export class SessionLink implements Link {
  readonly #sinks = new Map<ProcessId, ProcessSink>();
  readonly #bodies = new Map<string, BodySink>();
  readonly #watches = new Map<number, WatchSink>();
  readonly #networks = new Map<ProcessId, NetworkSink>();
  readonly #policyAnswers = new PolicyAnswers((id) => this.#networks.get(id));
  readonly #appeared = new AppearedListeners();
  readonly #journal: RequestJournal;
  readonly #acknowledgements: Acknowledgements;
  /** Processes that may have been started though their start has failed, and are to be ended. */
  readonly #doubtful = new Set<ProcessId>();
  #agreement: Agreement | undefined;
  #connection: Connection | undefined;
  #end: ExecError | undefined;
  #lastId = 0;
  #hasProgress = false;

  constructor(clock: Clock) {
    this.#acknowledgements = new Acknowledgements(clock, (upToId) => {
      const unanswered = this.#journal.unanswered().filter((id) => id <= upToId);
      this.#connection?.notify(sessionAcknowledge, { upToId, unanswered });
    });
    this.#journal = new RequestJournal({
      nextId: () => this.nextId(),
      onAnswered: (id, { spec, opens }) => {
        this.#hasProgress = true;
        // Whatever is known under the id from now on, its starter knows of.
        if (opens !== undefined) this.#doubtful.delete(opens);
        if (this.#isExactlyOnce && spec.mutates === true) this.#acknowledgements.answered(id);
      },
    });
  }

  get extensions(): Extensions {
    return this.#agreement?.extensions ?? {};
  }

  /** Whether the present connection, or the last one, has brought anything since it was there. */
  get hasProgress(): boolean {
    return this.#hasProgress;
  }

  get maxMessageBytes(): number {
    return this.#agreement !== undefined && !this.#isExtended ? MAX_LEGACY_MESSAGE_BYTES : MAX_MESSAGE_BYTES;
  }

  async request<S extends RequestSpec>(
    spec: S,
    params: ParamsOf<S>,
    signal?: AbortSignal,
    stops?: Stops,
  ): Promise<ResultOf<S>> {
    return await this.#journal.request(spec, params, signal, stops);
  }

  notify<S extends NotificationSpec>(spec: S, params: ParamsOf<S>): void {
    this.#connection?.notify(spec, params);
  }

  attach(id: ProcessId, sink: ProcessSink): () => void {
    if (this.#end !== undefined) throw this.#end;
    if (this.#sinks.has(id)) {
      throw new ExecError(
        'processIdInUse',
        `process id ${JSON.stringify(id)} is in use by this client; choose another`,
      );
    }
    this.#sinks.set(id, sink);
    return () => {
      if (this.#sinks.get(id) === sink) this.#sinks.delete(id);
    };
  }

  attachBody(requestId: string, sink: BodySink): () => void {
    if (this.#end !== undefined) throw this.#end;
    this.#bodies.set(requestId, sink);
    return () => void this.#bodies.delete(requestId);
  }

  attachWatch(watchId: number, sink: WatchSink): () => void {
    if (this.#end !== undefined) throw this.#end;
    this.#watches.set(watchId, sink);
    return () => void this.#watches.delete(watchId);
  }

  attachNetwork(id: ProcessId, sink: NetworkSink): () => void {
    this.#networks.set(id, sink);
    return () => {
      if (this.#networks.get(id) === sink) this.#networks.delete(id);
    };
  }

  attachAppeared(id: ProcessId, listener: AppearedListener): () => void {
    return this.#appeared.add(id, listener);
  }

  /** What the server asks about the network of a process. Never fails. */
  answerPolicy(
    params: ParamsOf<typeof networkPolicyRequest>,
  ): Promise<ResultOf<typeof networkPolicyRequest>> {
    this.#hasProgress = true;
    return this.#policyAnswers.answer(params);
  }

  /** The id of the next request, over all connections. */
  nextId(): number {
    this.#lastId += 1;
    return this.#lastId;
  }

  /** Hands on what arrived, also while a handshake is under way. @throws ExecError when it cannot be understood. */
  deliver(method: string, params: unknown): void {
    const isKnown = deliver(method, params, {
      process: (id) => this.#sinks.get(id),
      body: (id) => this.#bodies.get(id),
      watch: (id) => this.#watches.get(id),
      network: (id) => this.#networks.get(id),
      appeared: (report) => this.#appeared.tell(report),
    });
    if (isKnown) this.#hasProgress = true;
  }

  /** The session is there: what waits is sent. */
  start(connection: Connection, agreement: Agreement): void {
    this.#agreement = agreement;
    this.#connection = connection;
    this.#journal.agree({ isExtended: this.#isExtended, isExactlyOnce: this.#isExactlyOnce });
    this.#journal.connect(connection);
  }

  /** The connection is lost. @returns whether it ended because of something that was sent, and nobody knows what. */
  suspend(end: ConnectionEnd): boolean {
    this.#connection = undefined;
    this.#acknowledgements.pause();
    this.#loseBodies(end.error, this.#journal.unasked());
    const isRefusal = REFUSALS.has(end.code);
    const isBlamed = isRefusal && this.#journal.blame(end);
    if (!isRefusal) this.#journal.acquit();
    for (const id of this.#journal.disconnect()) this.#doubtful.add(id);
    return isRefusal && !isBlamed;
  }

  /**
   * Goes on over another connection. Everything that has to be said is sent before this returns, in the order that servers
   * expect: positions, acknowledgements, what is repeated, what is new. It settles when all processes are whole again, or
   * lost alone.
   * @throws what the server says against it.
   */
  resume(connection: Connection): Promise<Resumption> {
    const resumed = this.#goOn(connection);
    for (const sink of [...this.#watches.values()]) sink.onReplaced();
    return resumed;
  }

  #goOn(connection: Connection): Promise<Resumption> {
    this.#connection = connection;
    this.#hasProgress = false;
    const open = this.#openProcesses();
    if (!this.#isExactlyOnce) {
      return catchUp(connection, open, {
        doubtful: this.#doubtful,
        onEnded: (id) => void this.#doubtful.delete(id),
        connect: (first) => this.#journal.connect(connection, first),
      });
    }
    return replay(connection, open, {
      hasWindows: this.extensions.flow !== undefined,
      opening: this.#journal.opening(),
      repeat: () => {
        this.#acknowledgements.flush();
        return this.#journal.connect(connection);
      },
    });
  }

  /** The session is over: everything that waits fails. @param isLost Nobody can say what the server still did. */
  end(error: ExecError, options: { readonly isLost: boolean }): void {
    if (this.#end !== undefined) return;
    this.#end = error;
    this.#connection = undefined;
    this.#acknowledgements.pause();
    this.#journal.end(error, options);
    for (const sink of [...this.#sinks.values(), ...this.#watches.values()]) sink.onLost(error);
    this.#sinks.clear();
    this.#watches.clear();
    this.#appeared.end();
    this.#loseBodies(error, new Set());
  }

  /** @param unasked What did not use the connection that is lost. */
  #loseBodies(error: ExecError, unasked: ReadonlySet<string>): void {
    for (const [id, sink] of [...this.#bodies]) {
      if (unasked.has(id)) continue;
      this.#bodies.delete(id);
      sink.onLost(error);
    }
  }

  get #isExtended(): boolean {
    return Object.keys(this.extensions).length > 0;
  }

  get #isExactlyOnce(): boolean {
    return this.extensions.replay !== undefined;
  }

  #openProcesses(): readonly OpenProcess[] {
    const unopened = this.#journal.unopened();
    return [...this.#sinks].flatMap(([id, sink]) => {
      const point = unopened.has(id) ? undefined : sink.resume();
      return point === undefined ? [] : [{ id, sink, point }];
    });
  }
}

import {
  CLOSE_CODES,
  ExecError,
  MAX_CLIENT_REQUESTS_IN_FLIGHT,
  MAX_CLIENT_STDIN_BYTES,
  MAX_LEGACY_REQUESTS_IN_FLIGHT,
  MAX_REFUSED_REPEATS,
  type ParamsOf,
  type ProcessId,
  type RequestSpec,
  type ResultOf,
} from '@holdfast/exec-protocol';
import type { Connection, ConnectionEnd } from '../connection/connection.js';
import type { Stops } from '../connection/link.js';
import { afterLoss } from './after-loss.js';
import { type Call, createCall, type Lane } from './call.js';

/** What a journal needs of the session. */
export interface JournalHost {
  /** Numbers the requests; they rise over all connections. */
  nextId(): number;
  /** A request was answered. */
  onAnswered(id: number, call: Call): void;
}

/** A call that has been sent, at least once. */
interface Sent {
  readonly call: Call;
  readonly id: number;
  /** Length of its message, in UTF-16 units. */
  readonly length: number;
}

/**
 * All requests of a session that are not settled. While there is a connection they are sent, as many at once as the server
 * takes; while there is none they wait. Those that were sent and not answered are sent again on the next connection, in the
 * same order and with the same ids, unless they might be carried out twice.
 */
export class RequestJournal {
  readonly #host: JournalHost;
  readonly #waiting: Record<Lane, Set<Call>> = { stdin: new Set(), other: new Set() };
  readonly #underWay: Record<Lane, number> = { stdin: 0, other: 0 };
  /** Length of what is under way of stdin, in UTF-16 units. */
  #stdinLength = 0;
  /** By id, the oldest first. */
  #sent = new Map<number, Sent>();
  #connection: Connection | undefined;
  #laneLimit = MAX_LEGACY_REQUESTS_IN_FLIGHT / 2;
  #isExactlyOnce = false;
  #end: ExecError | undefined;

  constructor(host: JournalHost) {
    this.#host = host;
  }

  /** What the server can do is known. */
  agree(options: { readonly isExtended: boolean; readonly isExactlyOnce: boolean }): void {
    const atOnce = options.isExtended ? MAX_CLIENT_REQUESTS_IN_FLIGHT : MAX_LEGACY_REQUESTS_IN_FLIGHT;
    this.#laneLimit = atOnce / 2;
    this.#isExactlyOnce = options.isExactlyOnce;
  }

  /** Takes a request in, and waits for its answer. @throws what it fails with; the reason of `signal`, when that `stops` it. */
  async request<S extends RequestSpec>(
    spec: S,
    params: ParamsOf<S>,
    signal: AbortSignal | undefined,
    stops: Stops = 'wait',
  ): Promise<ResultOf<S>> {
    signal?.throwIfAborted();
    if (this.#end !== undefined) throw this.#end;
    const call = createCall(spec, params);
    this.#waiting[call.lane].add(call);
    this.#pump(call.lane);
    const stop = (): void => {
      // What was not sent never is; what was sent and changes something goes on all the same.
      const isUnsent = this.#waiting[call.lane].delete(call);
      if (!isUnsent && stops === 'unsent') return;
      call.isForgotten = true;
      call.fail(signal?.reason);
    };
    signal?.addEventListener('abort', stop, { once: true });
    try {
      return await call.answer;
    } finally {
      signal?.removeEventListener('abort', stop);
    }
  }

  /**
   * Sends everything on this connection: what was sent before and not answered, then what waits.
   * @param first Comes before all of it.
   * @returns how many requests are sent again.
   */
  connect(connection: Connection, first: readonly Call[] = []): number {
    this.#connection = connection;
    for (const { call, id } of this.#sent.values()) if (isPointless(call)) this.#sent.delete(id);
    const repeated = [...this.#sent.values()];
    if (this.#isExactlyOnce) {
      // Ids have to rise on the wire over both lanes; and what was under way before is no more than may be now.
      for (const { call, id } of repeated) this.#send(call, id);
    } else {
      this.#sent = new Map();
      this.#prepend([...first, ...repeated.map(({ call }) => call)]);
    }
    this.#pump('other');
    this.#pump('stdin');
    return repeated.length;
  }

  /** The connection is lost. @returns processes of which nobody can say whether they were started. */
  disconnect(): readonly ProcessId[] {
    this.#connection = undefined;
    this.#underWay.stdin = 0;
    this.#underWay.other = 0;
    this.#stdinLength = 0;
    const doubtful: ProcessId[] = [];
    for (const { call, id } of [...this.#sent.values()]) {
      const next = afterLoss(call.spec, this.#isExactlyOnce);
      if (next === 'giveUpAndTerminate' && call.opens !== undefined) doubtful.push(call.opens);
      if (next === 'repeat' && !call.isBound) continue;
      this.#sent.delete(id);
      call.fail(outcomeUnknown(call.spec, 'the link was lost before its answer came'));
    }
    return doubtful;
  }

  /**
   * One side could not take what the other sent. Gives up the requests that are the reason, so that they do not end every
   * connection.
   * @returns whether a request may have been the reason.
   */
  blame({ code, error }: ConnectionEnd): boolean {
    const suspects = [...this.#sent.values()];
    const [first, ...others] = suspects;
    if (first === undefined) return false;
    if (code === CLOSE_CODES.messageTooBig.code) {
      const { call, id, length } = others.reduce((a, b) => (b.length > a.length ? b : a), first);
      this.#sent.delete(id);
      const what = `${call.spec.method}: the server does not take a message of ${length} characters`;
      call.fail(new ExecError('limitExceeded', `${what}; send less at once`, { cause: error }));
      return true;
    }
    for (const { call, id } of suspects) {
      call.refusals += 1;
      if (call.refusals < MAX_REFUSED_REPEATS) continue;
      this.#sent.delete(id);
      call.fail(outcomeUnknown(call.spec, `${error.message} each time that it was sent`, error));
    }
    return true;
  }

  /** The last connection ended for another reason than what was sent on it. */
  acquit(): void {
    for (const { call } of this.#sent.values()) call.refusals = 0;
  }

  /** Settles everything. What was sent and might have been carried out fails with `outcomeUnknown` if `isLost`. */
  end(error: ExecError, { isLost }: { readonly isLost: boolean }): void {
    this.#end = error;
    this.#connection = undefined;
    for (const { call } of this.#sent.values()) {
      call.fail(
        isLost && call.spec.mutates === true ? outcomeUnknown(call.spec, error.message, error) : error,
      );
    }
    for (const lane of Object.values(this.#waiting)) {
      for (const call of lane) call.fail(error);
      lane.clear();
    }
    this.#sent.clear();
  }

  /** Ids of requests that change something and were sent and not answered. */
  unanswered(): number[] {
    return [...this.#sent.values()].filter(({ call }) => call.spec.mutates === true).map(({ id }) => id);
  }

  /** Processes that the server cannot know, because what makes them known was never sent. */
  unopened(): ReadonlySet<ProcessId> {
    return new Set([...this.#waiting.other].flatMap(({ opens }) => opens ?? []));
  }

  /** Streamed responses that cannot have begun, because what asks for them was never sent. */
  unasked(): ReadonlySet<string> {
    return new Set([...this.#waiting.other].flatMap(({ bodyId }) => bodyId ?? []));
  }

  /** Processes of which what makes them known is still unanswered. */
  opening(): ReadonlySet<ProcessId> {
    const opening = new Set(this.unopened());
    for (const { call } of this.#sent.values()) if (call.opens !== undefined) opening.add(call.opens);
    return opening;
  }

  #prepend(calls: readonly Call[]): void {
    for (const lane of ['other', 'stdin'] as const) {
      const behind = [...this.#waiting[lane]];
      this.#waiting[lane] = new Set([...calls.filter((call) => call.lane === lane), ...behind]);
    }
  }

  #pump(lane: Lane): void {
    for (const call of this.#waiting[lane]) {
      if (this.#connection === undefined || this.#isFull(lane)) return;
      this.#waiting[lane].delete(call);
      this.#send(call, this.#host.nextId());
    }
  }

  // A server that does not read, because too much of its clients' stdin waits for children, hears nothing else either.
  #isFull(lane: Lane): boolean {
    if (this.#underWay[lane] >= this.#laneLimit) return true;
    return lane === 'stdin' && this.#stdinLength >= MAX_CLIENT_STDIN_BYTES;
  }

  #send(call: Call, id: number): void {
    const connection = this.#connection;
    if (connection === undefined) return;
    this.#underWay[call.lane] += 1;
    call.send(connection, id, (settle) => {
      // An answer of an earlier connection is none: the request was sent again, or has been settled.
      if (connection !== this.#connection || !this.#sent.delete(id)) return;
      this.#underWay[call.lane] -= 1;
      if (call.lane === 'stdin') this.#stdinLength -= length;
      this.#host.onAnswered(id, call);
      settle();
      this.#pump(call.lane);
    });
    const { sentLength: length } = connection;
    if (call.lane === 'stdin') this.#stdinLength += length;
    this.#sent.set(id, { call, id, length });
  }
}

/** Whether nothing would come of sending it again. */
function isPointless({ isForgotten, spec }: Call): boolean {
  return isForgotten && spec.mutates !== true;
}

function outcomeUnknown({ method }: RequestSpec, why: string, cause?: ExecError): ExecError {
  const message = `${method} may or may not have been carried out: ${why}; look before you repeat it`;
  return new ExecError('outcomeUnknown', message, { cause });
}

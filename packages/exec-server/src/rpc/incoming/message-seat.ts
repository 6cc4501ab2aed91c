/** How long the messages of one connection have the event loop in one turn of it. */
const MESSAGE_TURN_MS = 5;

/**
 * How many of them. Much of what a request has done before the next turn comes when promises settle, after all messages of the
 * turn, and is in no such time.
 */
export const MESSAGES_A_TURN = 8;

/** What one turn counts in the mean of a connection. */
const LATEST_SHARE = 1 / 8;

/** What messages of a new connection are taken to be: behind those that have shown to take little, and before all that take long. */
const NEW_MEAN_MS = 2;

/** More of one turn counts as this much: the machine may have stood still meanwhile. */
const MAX_COUNTED_MS = 8;

/** What is left of a turn of the event loop. */
export class Slice {
  readonly #endMs: number;
  #messages: number;

  constructor(endMs: number, messages: number) {
    this.#endMs = endMs;
    this.#messages = messages;
  }

  hasAny(nowMs: number): boolean {
    return this.#messages > 0 && nowMs < this.#endMs;
  }

  take(): void {
    this.#messages -= 1;
  }
}

/** What all connections have of one turn, and what of it is left. */
export interface ServerTurn {
  readonly slice: Slice;
  /** Who has the event loop, and since when. */
  holder: { readonly seat: MessageSeat; readonly sinceMs: number } | undefined;
}

/** What all seats of a server share. */
export interface SeatTurns {
  readonly current: ServerTurn;
  now(): number;
  isCurrent(turn: ServerTurn | undefined): boolean;
  /** Has the event loop until another one asks for it, also for what its promises do. */
  hold(seat: MessageSeat, sinceMs: number): void;
  /** Nobody has the event loop any more; who had it has taken the time until now. */
  release(nowMs: number): void;
  /** Lets a connection go on in a later turn; to ask again before that does nothing. */
  ask(seat: MessageSeat): void;
  /** It asks for nothing any more. */
  leave(seat: MessageSeat): void;
}

/** What one connection has of the turns of the event loop. */
export class MessageSeat {
  readonly principal: string;
  readonly goOn: () => void;
  readonly #turns: SeatTurns;
  #own: { readonly turn: ServerTurn; readonly slice: Slice } | undefined;
  #tookMs = NEW_MEAN_MS;
  #meanMs = NEW_MEAN_MS;

  constructor(principal: string, goOn: () => void, turns: SeatTurns) {
    this.principal = principal;
    this.goOn = goOn;
    this.#turns = turns;
  }

  /** Takes the right to hand one message on in this turn. @returns whether there was one. */
  take(): boolean {
    const { current: turn } = this.#turns;
    const nowMs = this.#turns.now();
    this.#turns.release(nowMs);
    if (!turn.slice.hasAny(nowMs)) return false;
    const own = this.#sliceOf(turn, nowMs);
    if (!own.hasAny(nowMs)) return false;
    turn.slice.take();
    own.take();
    this.#turns.hold(this, nowMs);
    return true;
  }

  /** What was handed on is done, but for what its promises do; to be left out where the next one that goes on ends that. */
  rest(): void {
    this.#turns.release(this.#turns.now());
  }

  /** To go on in a later turn; to ask again before that does nothing. */
  ask(): void {
    this.#turns.ask(this);
  }

  /** Its connection is over. */
  leave(): void {
    this.#turns.leave(this);
  }

  /** Whether messages were handed on in this turn, which may have answers before it is over. */
  get isInTurn(): boolean {
    return this.#turns.isCurrent(this.#own?.turn);
  }

  /**
   * What its messages take in a turn, in the mean of the last ones.
   */
  get meanMs(): number {
    return this.#meanMs + (Math.min(this.#tookMs, MAX_COUNTED_MS) - this.#meanMs) * LATEST_SHARE;
  }

  took(ms: number): void {
    this.#tookMs += ms;
  }

  #sliceOf(turn: ServerTurn, nowMs: number): Slice {
    if (this.#own?.turn === turn) return this.#own.slice;
    const slice = new Slice(nowMs + MESSAGE_TURN_MS, MESSAGES_A_TURN);
    this.#own = { turn, slice };
    this.#meanMs = this.meanMs;
    this.#tookMs = 0;
    return slice;
  }
}

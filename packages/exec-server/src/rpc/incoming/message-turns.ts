import type { Clock } from '../../clock.js';
import { MessageSeat, type SeatTurns, type ServerTurn, Slice } from './message-seat.js';

/** How long the messages of all connections have the event loop in one turn of it; the one that passes it comes to its end. */
const SERVER_TURN_MS = 10;

/** How many of them. */
const SERVER_MESSAGES_A_TURN = 64;

/** How many connections whose messages wait go on in one turn. */
const SEATS_A_TURN = 16;

/**
 * Shares the event loop among the connections of a server: all their messages have some milliseconds of each turn, however many
 * connections there are. Where these are used up messages wait, and have their turns before what comes later.
 *
 * Principals go on in turn; of one of them the connection whose messages take least, so that a quiet one is not behind hundreds
 * whose messages take long, and every other time the one that has waited longest, so that no number of quiet ones keeps it waiting
 * for more than twice what those before it take.
 */
export class MessageTurns implements SeatTurns {
  readonly #clock: Pick<Clock, 'now' | 'nextTurn'>;
  /** By principal, the one that was served last behind the others. */
  readonly #waiting = new Map<string, WaitingSeats>();
  #waits = 0;
  /** How many of those that wait have been promised a look in the next turn. */
  #planned = 0;
  #turn: ServerTurn | undefined;

  constructor(clock: Pick<Clock, 'now' | 'nextTurn'>) {
    this.#clock = clock;
  }

  /** The place of one more connection. @param goOn Called once for what it asks until then. */
  join(principal: string, goOn: () => void): MessageSeat {
    return new MessageSeat(principal, goOn, this);
  }

  now(): number {
    return this.#clock.now();
  }

  get current(): ServerTurn {
    if (this.#turn !== undefined) return this.#turn;
    const slice = new Slice(this.now() + SERVER_TURN_MS, SERVER_MESSAGES_A_TURN);
    const turn: ServerTurn = { slice, holder: undefined };
    this.#turn = turn;
    this.#clock.nextTurn(this.#end);
    return turn;
  }

  isCurrent(turn: ServerTurn | undefined): boolean {
    return turn !== undefined && turn === this.#turn;
  }

  hold(seat: MessageSeat, sinceMs: number): void {
    this.current.holder = { seat, sinceMs };
  }

  release(nowMs: number): void {
    const holder = this.#turn?.holder;
    if (this.#turn === undefined || holder === undefined) return;
    this.#turn.holder = undefined;
    holder.seat.took(nowMs - holder.sinceMs);
  }

  ask(seat: MessageSeat): void {
    const turn = this.current;
    const ofPrincipal = this.#waiting.get(seat.principal) ?? new WaitingSeats();
    if (!ofPrincipal.add(seat, turn)) return;
    this.#waiting.set(seat.principal, ofPrincipal);
    this.#waits += 1;
    this.#plan();
  }

  leave(seat: MessageSeat): void {
    const ofPrincipal = this.#waiting.get(seat.principal);
    if (ofPrincipal?.remove(seat) !== true) return;
    this.#waits -= 1;
    if (ofPrincipal.isEmpty) this.#waiting.delete(seat.principal);
  }

  /** One call for each that goes on, and one more: what its promises do is over, and counted, before the next one. */
  #plan(): void {
    const wanted = this.#waits === 0 ? 0 : Math.min(this.#waits, SEATS_A_TURN) + 1;
    while (this.#planned < wanted) {
      this.#planned += 1;
      this.#clock.nextTurn(this.#serve);
    }
  }

  readonly #end = (): void => {
    this.release(this.now());
    this.#turn = undefined;
  };

  readonly #serve = (): void => {
    const turn = this.current;
    const nowMs = this.now();
    this.release(nowMs);
    this.#planned -= 1;
    const seat = turn.slice.hasAny(nowMs) ? this.#next(turn) : undefined;
    this.#plan();
    seat?.goOn();
  };

  #next(turn: ServerTurn): MessageSeat | undefined {
    for (const [principal, seats] of this.#waiting) {
      const next = seats.take(turn);
      if (next === undefined) continue;
      this.#waits -= 1;
      this.#waiting.delete(principal);
      if (!seats.isEmpty) this.#waiting.set(principal, seats);
      return next;
    }
    return undefined;
  }
}

/** The seats of one principal that wait. */
class WaitingSeats {
  /** Longest first, and since which turn. */
  readonly #seats = new Map<MessageSeat, ServerTurn>();
  #isLongestNext = false;

  get isEmpty(): boolean {
    return this.#seats.size === 0;
  }

  /** @returns false for one that waits already. */
  add(seat: MessageSeat, turn: ServerTurn): boolean {
    if (this.#seats.has(seat)) return false;
    this.#seats.set(seat, turn);
    return true;
  }

  /** @returns false for one that does not wait. */
  remove(seat: MessageSeat): boolean {
    return this.#seats.delete(seat);
  }

  /** The next one to go on; undefined where all of them have asked in this very turn. */
  take(turn: ServerTurn): MessageSeat | undefined {
    let next: MessageSeat | undefined;
    for (const [seat, asked] of this.#seats) {
      if (asked === turn) continue;
      if (next === undefined || seat.meanMs < next.meanMs) next = seat;
      if (this.#isLongestNext) break;
    }
    if (next === undefined) return undefined;
    this.#seats.delete(next);
    this.#isLongestNext = !this.#isLongestNext;
    return next;
  }
}

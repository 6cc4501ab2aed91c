import type { CloseKind, TransportClosed, TransportListener } from '@holdfast/exec-protocol';
import type { AnswerTransport } from '../answers/answer-transport.js';
import { type Arrival, isMessage } from './arrival.js';
import type { GoneConnection, GoneMessages } from './gone-messages.js';
import type { MessageSeat } from './message-seat.js';
import type { MessageTurns } from './message-turns.js';

/** What a paced transport works with. */
export interface PacedTransportOptions {
  readonly carrier: AnswerTransport;
  /** Those of all connections of the server. */
  readonly turns: MessageTurns;
  /** Bounds what is kept of all connections that are gone. */
  readonly gone: GoneMessages;
  /** Whom the client's credential stands for. */
  readonly principal: string;
}

/**
 * A transport that hands on for a few milliseconds at a time what its carrier hands over in one go: a read of a socket may hold
 * thousands of small requests.
 *
 * What a turn has no time for is kept, in order, and the carrier is not read until it has gone on; so that is what one read of
 * the carrier holds, and never more. While the owner has paused it stays. What had arrived before the carrier ended is handed
 * on, and has a turn to be answered in, before the end is told; what an end from this side overtakes is not, nor what there is
 * no memory for beside what others have left that are gone.
 */
export class PacedTransport implements AnswerTransport {
  readonly #carrier: AnswerTransport;
  readonly #seat: MessageSeat;
  readonly #principal: string;
  readonly #goneMessages: GoneMessages;
  #listener: TransportListener | undefined;
  /** What has arrived; what was before `#at` was handed on. */
  #kept: Arrival[] = [];
  #at = 0;
  #isPausedByOwner = false;
  #isCarrierPaused = false;
  /** How the carrier ended, while that is not told. */
  #closed: TransportClosed | undefined;
  /** Among those that are gone, since then. */
  #gone: GoneConnection | undefined;
  #isEndedHere = false;
  /** Whether the end was told: a carrier may take more for as long as it was not. */
  #isOver = false;

  constructor({ carrier, turns, gone, principal }: PacedTransportOptions) {
    this.#carrier = carrier;
    this.#principal = principal;
    this.#goneMessages = gone;
    this.#seat = turns.join(principal, this.#goOn);
  }

  get label(): string {
    return this.#carrier.label;
  }

  get bufferedBytes(): number {
    return this.#carrier.bufferedBytes;
  }

  /** Whether somebody may hear what is answered from now on. */
  get isHeard(): boolean {
    return this.#closed === undefined || this.#carrier.answersAfterEnd === true;
  }

  start(listener: TransportListener): void {
    this.#listener = listener;
    this.#carrier.start({
      onMessage: (message) => {
        this.#take(message);
      },
      onHeartbeat: (echo) => {
        this.#take({ echo });
      },
      onDrain: () => {
        listener.onDrain();
      },
      onClose: (closed) => {
        this.#onCarrierEnded(closed);
      },
    });
  }

  send(message: string): void {
    if (!this.#isOver) this.#carrier.send(message);
  }

  sendBytes(message: Uint8Array, sent: () => void): void {
    if (this.#isOver) sent();
    else this.#carrier.sendBytes(message, sent);
  }

  sendSlices(message: readonly Uint8Array[]): void {
    if (!this.#isOver) this.#carrier.sendSlices(message);
  }

  ping(mark?: string): boolean {
    return this.#carrier.ping(mark);
  }

  pause(): void {
    this.#isPausedByOwner = true;
    this.#look();
  }

  resume(): void {
    this.#isPausedByOwner = false;
    this.#look();
  }

  close(kind: CloseKind, reason: string): void {
    this.#drop();
    this.#carrier.close(kind, reason);
  }

  destroy(): void {
    this.#drop();
    this.#carrier.destroy();
  }

  #onCarrierEnded(closed: TransportClosed): void {
    this.#closed = closed;
    const mayHaveAnswers = this.#isKeeping || this.#seat.isInTurn;
    if (!mayHaveAnswers || this.#isEndedHere) {
      this.#tellEnd();
      return;
    }
    this.#look();
    if (!this.isHeard && this.#isKeeping) this.#keepAsGone();
  }

  #keepAsGone(): void {
    const drop = (): void => {
      this.#drop();
      this.#tellEnd();
    };
    this.#gone = { principal: this.#principal, drop };
    this.#goneMessages.add(this.#gone, this.#kept.slice(this.#at));
  }

  #take(arrival: Arrival): void {
    if (this.#isEndedHere) return;
    if (!this.#isKeeping && !this.#isPausedByOwner && this.#seat.take()) {
      this.#handOn(arrival);
      this.#seat.rest();
      return;
    }
    this.#kept.push(arrival);
    this.#look();
  }

  #handOn(arrival: Arrival): void {
    if (isMessage(arrival)) this.#listener?.onMessage(arrival);
    else this.#listener?.onHeartbeat?.(arrival.echo);
  }

  /** Pauses or resumes the carrier for either reason, and asks for a turn where one is of use. */
  #look(): void {
    if (this.#isOver) return;
    const isPaused = this.#isPausedByOwner || this.#isKeeping;
    if (isPaused !== this.#isCarrierPaused) {
      this.#isCarrierPaused = isPaused;
      if (isPaused) this.#carrier.pause();
      else this.#carrier.resume();
    }
    if (this.#closed !== undefined || (this.#isKeeping && !this.#isPausedByOwner)) this.#seat.ask();
  }

  readonly #goOn = (): void => {
    const hadKept = this.#isKeeping;
    // A pause means nothing to what arrived before the carrier ended.
    while ((!this.#isPausedByOwner || this.#closed !== undefined) && this.#isKeeping && this.#seat.take()) {
      const arrival = this.#kept[this.#at] ?? '';
      // A long one is not kept until the last one has had its turn.
      this.#kept[this.#at] = '';
      this.#at += 1;
      this.#handOn(arrival);
    }
    if (!this.#isKeeping) this.#forgetKept();
    if (this.#closed !== undefined && !hadKept) this.#tellEnd();
    else this.#look();
  };

  get #isKeeping(): boolean {
    return this.#at < this.#kept.length;
  }

  #forgetKept(): void {
    this.#kept = [];
    this.#at = 0;
  }

  /** Nothing more is heard. */
  #drop(): void {
    this.#isEndedHere = true;
    this.#forgetKept();
    this.#look();
  }

  #tellEnd(): void {
    if (this.#isOver || this.#closed === undefined) return;
    this.#isOver = true;
    this.#seat.leave();
    if (this.#gone !== undefined) this.#goneMessages.remove(this.#gone);
    this.#listener?.onClose(this.#closed);
  }
}

import type { CloseKind, TransportClosed, TransportListener } from '@holdfast/exec-protocol';
import type { AnswerTransport } from '../answers/answer-transport.js';
import type { MessageSeat } from './message-seat.js';
import type { MessageTurns } from './message-turns.js';

/** What a paced transport works with. */
export interface PacedTransportOptions {
  readonly carrier: AnswerTransport;
  /** Those of all connections of the server. */
  readonly turns: MessageTurns;
  /** Whom the client's credential stands for. */
  readonly principal: string;
}

/**
 * A transport that hands on for a few milliseconds at a time what its carrier hands over in one go: a read of a socket may hold
 * thousands of small requests.
 *
 * What a turn has no time for is kept, in order, and the carrier is not read until it has gone on; so that is what one read of
 * the carrier holds, and never more. While the owner has paused it stays. What had arrived before the carrier ended is handed
 * on, and has a turn to be answered in, before the end is told; what an end from this side overtakes is not.
 */
export class PacedTransport implements AnswerTransport {
  readonly #carrier: AnswerTransport;
  readonly #seat: MessageSeat;
  #listener: TransportListener | undefined;
  /** Messages and signs of life; those before `#at` were handed on. */
  #kept: (() => void)[] = [];
  #at = 0;
  #isPausedByOwner = false;
  #isCarrierPaused = false;
  /** How the carrier ended, while that is not told. */
  #closed: TransportClosed | undefined;
  #isEndedHere = false;
  /** Whether the end was told: a carrier may take more for as long as it was not. */
  #isOver = false;

  constructor({ carrier, turns, principal }: PacedTransportOptions) {
    this.#carrier = carrier;
    this.#seat = turns.join(principal, this.#goOn);
  }

  get label(): string {
    return this.#carrier.label;
  }

  get bufferedBytes(): number {
    return this.#carrier.bufferedBytes;
  }

  start(listener: TransportListener): void {
    this.#listener = listener;
    this.#carrier.start({
      onMessage: (message) => {
        this.#take(() => {
          listener.onMessage(message);
        });
      },
      onHeartbeat: (echo) => {
        this.#take(() => listener.onHeartbeat?.(echo));
      },
      onDrain: () => {
        listener.onDrain();
      },
      onClose: (closed) => {
        this.#closed = closed;
        const mayHaveAnswers = this.#isKeeping || this.#seat.isInTurn;
        if (mayHaveAnswers && !this.#isEndedHere) this.#look();
        else this.#tellEnd();
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

  #take(handOn: () => void): void {
    if (this.#isEndedHere) return;
    if (!this.#isKeeping && !this.#isPausedByOwner && this.#seat.take()) {
      handOn();
      this.#seat.rest();
      return;
    }
    this.#kept.push(handOn);
    this.#look();
  }

  /** Pauses or resumes the carrier for either reason, and asks for a turn where one is of use. */
  #look(): void {
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
      const handOn = this.#kept[this.#at];
      this.#at += 1;
      handOn?.();
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
    this.#listener?.onClose(this.#closed);
  }
}

import type { CloseKind, TransportClosed, TransportListener } from '@holdfast/exec-protocol';
import type { Clock } from '../../clock.js';
import type { AnswerTransport } from '../answers/answer-transport.js';
import type { MessageTurns } from './message-turns.js';

/** How long the messages of one connection have the event loop in one turn of it; the one that passes it comes to its end. */
const MESSAGE_TURN_MS = 5;

/**
 * How many of them. Much of what a request has done before the next turn comes when promises settle, after all messages of the
 * turn, and is in no such time.
 */
export const MESSAGES_A_TURN = 8;

/** What a paced transport works with. */
export interface PacedTransportOptions {
  readonly carrier: AnswerTransport;
  readonly clock: Pick<Clock, 'now' | 'nextTurn'>;
  /** Those of all connections of the server. */
  readonly turns: MessageTurns;
}

/** What is left of a turn of the event loop. */
interface Slice {
  readonly endMs: number;
  messages: number;
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
  readonly #clock: PacedTransportOptions['clock'];
  readonly #turns: MessageTurns;
  #listener: TransportListener | undefined;
  /** Messages and signs of life; those before `#at` were handed on. */
  #kept: (() => void)[] = [];
  #at = 0;
  #slice: Slice | undefined;
  #isPausedByOwner = false;
  #isCarrierPaused = false;
  /** How the carrier ended, while that is not told. */
  #closed: TransportClosed | undefined;
  #isEndedHere = false;
  /** Whether the end was told: a carrier may take more for as long as it was not. */
  #isOver = false;

  constructor({ carrier, clock, turns }: PacedTransportOptions) {
    this.#carrier = carrier;
    this.#clock = clock;
    this.#turns = turns;
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
        const mayHaveAnswers = this.#isKeeping || this.#slice !== undefined;
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
    if (!this.#isKeeping && !this.#isPausedByOwner && this.#isInTime()) {
      handOn();
      return;
    }
    this.#kept.push(handOn);
    this.#look();
  }

  /** Whether one more may be handed on in this turn of the event loop. */
  #isInTime(): boolean {
    this.#slice ??= this.#nextSlice();
    if (this.#slice.messages === 0 || this.#clock.now() >= this.#slice.endMs) return false;
    this.#slice.messages -= 1;
    return true;
  }

  #nextSlice(): Slice {
    const slice = { endMs: this.#clock.now() + MESSAGE_TURN_MS, messages: MESSAGES_A_TURN };
    this.#clock.nextTurn(() => {
      if (this.#slice === slice) this.#slice = undefined;
    });
    return slice;
  }

  /** Pauses or resumes the carrier for either reason, and asks for a turn where one is of use. */
  #look(): void {
    const isPaused = this.#isPausedByOwner || this.#isKeeping;
    if (isPaused !== this.#isCarrierPaused) {
      this.#isCarrierPaused = isPaused;
      if (isPaused) this.#carrier.pause();
      else this.#carrier.resume();
    }
    if (this.#closed !== undefined || (this.#isKeeping && !this.#isPausedByOwner))
      this.#turns.ask(this.#goOn);
  }

  readonly #goOn = (): void => {
    const hadKept = this.#isKeeping;
    this.#slice = this.#nextSlice();
    // A pause means nothing to what arrived before the carrier ended.
    while ((!this.#isPausedByOwner || this.#closed !== undefined) && this.#isKeeping && this.#isInTime()) {
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

import {
  CLOSE_CODES,
  type CloseKind,
  createLineSplitter,
  type TransportClosed,
  type TransportListener,
} from '@holdfast/exec-protocol';
import type { AnswerTransport } from '@holdfast/exec-server/core';
import type { Machine, Timer } from '../time/virtual-time.js';
import type { Pipe } from './pipe.js';

/** What one end of a link is made with. */
export interface LinkEndOptions {
  readonly label: string;
  readonly machine: Machine;
  /** Whether the carrier lets this side ping, as browsers do not. */
  readonly canPing: boolean;
  /** What each waiting byte counts in `bufferedBytes`, so that little output meets the bounds of a server. */
  readonly weight: number;
  /** How long a dropped carrier takes until its end is told; what has arrived may be told until then. */
  readonly destroyMs: number;
  /** Sees each message that this side sends and gets. */
  onMessage(direction: 'sent' | 'received', message: string): void;
}

// Travel between the messages, as the frames of a WebSocket do. No message begins like these.
const PING = '\u0005';
const PONG = '\u0006';

/** What every notification of a server begins with. */
const EVENT = '{"method":"process/';

const REMEMBERED_EVENTS = 8;

/** As a WebSocket gives up a closing handshake that nobody answers. */
const CLOSE_TIMEOUT_MS = 30_000;

const BROKEN: TransportClosed = { code: 1006, reason: 'connection lost' };

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** One end of a link, as a core sees it. */
export class LinkTransport implements AnswerTransport {
  readonly label: string;
  readonly #options: LinkEndOptions;
  readonly #splitter = createLineSplitter();
  #outgoing: Pipe | undefined;
  #incoming: Pipe | undefined;
  #listener: TransportListener | undefined;
  /** Messages that came before the listener or while it did not read. */
  #lines: string[] = [];
  #isPaused = false;
  readonly #frameEnds: number[] = [];
  readonly #receivedEvents: string[] = [];
  #repeated: string[] = [];
  #state: 'open' | 'closing' | 'closed' = 'open';
  #isDestroyed = false;
  #closeTimeout: Timer | undefined;
  #ending: TransportClosed | undefined;

  constructor(options: LinkEndOptions) {
    this.label = options.label;
    this.#options = options;
  }

  get isClosed(): boolean {
    return this.#state === 'closed';
  }

  get bufferedBytes(): number {
    return (this.#outgoing?.waitingBytes ?? 0) * this.#options.weight;
  }

  connect(outgoing: Pipe, incoming: Pipe): void {
    this.#outgoing = outgoing;
    this.#incoming = incoming;
  }

  start(listener: TransportListener): void {
    this.#listener = listener;
    this.#options.machine.nextTurn(() => {
      this.#tell();
    });
  }

  /** After how many bytes each frame had arrived whole. */
  get frameEnds(): readonly number[] {
    return this.#frameEnds;
  }

  /** The last events that arrived here, as they came. */
  get receivedEvents(): readonly string[] {
    return this.#receivedEvents;
  }

  /** Sends these once more, before the first event. */
  repeatEvents(messages: readonly string[]): void {
    this.#repeated = [...messages];
  }

  send(message: string): void {
    if (this.#state !== 'open') return;
    if (message.startsWith(EVENT)) {
      for (const repeated of this.#repeated.splice(0)) this.#sendLine(repeated);
    }
    this.#options.onMessage('sent', message);
    this.#sendLine(message);
  }

  sendBytes(message: Uint8Array, sent: () => void): void {
    this.send(decoder.decode(message));
    this.#options.machine.nextTurn(sent);
  }

  sendSlices(message: readonly Uint8Array[]): void {
    this.send(decoder.decode(Buffer.concat(message)));
  }

  ping(mark = ''): boolean {
    if (this.#options.canPing) this.#sendLine(`${PING}${mark}`);
    return this.#options.canPing;
  }

  pause(): void {
    this.#isPaused = true;
    this.#incoming?.pause();
  }

  resume(): void {
    this.#isPaused = false;
    this.#incoming?.resume();
    this.#options.machine.nextTurn(() => {
      this.#tell();
    });
  }

  close(kind: CloseKind, reason: string): void {
    if (this.#state !== 'open') return;
    this.#state = 'closing';
    const { code } = CLOSE_CODES[kind];
    this.#outgoing?.end({ code, reason });
    this.#closeTimeout = this.#options.machine.after(CLOSE_TIMEOUT_MS, () => {
      this.#finish(BROKEN);
    });
  }

  destroy(): void {
    if (this.#state === 'closed' || this.#isDestroyed) return;
    this.#isDestroyed = true;
    this.#state = 'closing';
    this.#outgoing?.reset();
    this.#options.machine.input(this.#options.destroyMs, () => {
      this.#finish({ code: 1006, reason: 'destroyed' });
    });
  }

  onDrain(): void {
    if (this.#state !== 'closed') this.#listener?.onDrain();
  }

  onBytes(bytes: Uint8Array): void {
    if (this.#state === 'closed') return;
    this.#lines.push(...this.#splitter.push(bytes).lines);
    this.#tell();
  }

  /** This side finds out that the carrier has broken. */
  onBroken(): void {
    this.#finish(BROKEN);
  }

  /** The other side has ended the connection. */
  onEnd(closed: TransportClosed): void {
    if (this.#state === 'open') this.#outgoing?.end(closed);
    this.#ending ??= closed;
    this.#tell();
  }

  #sendLine(line: string): void {
    if (this.#state === 'open') this.#outgoing?.send(encoder.encode(`${line}\n`));
  }

  #tell(): void {
    while (this.#listener !== undefined && this.#state !== 'closed' && !this.#isPaused) {
      const line = this.#lines.shift();
      if (line === undefined) break;
      this.#take(this.#listener, line);
    }
    if (this.#ending !== undefined && this.#lines.length === 0) this.#finish(this.#ending);
  }

  #take(listener: TransportListener, line: string): void {
    this.#frameEnds.push((this.#frameEnds.at(-1) ?? 0) + Buffer.byteLength(line) + 1);
    if (line.startsWith(PING)) {
      this.#sendLine(`${PONG}${line.slice(PING.length)}`);
      listener.onHeartbeat?.();
      return;
    }
    if (line.startsWith(PONG)) {
      listener.onHeartbeat?.(line.slice(PONG.length));
      return;
    }
    if (line.startsWith(EVENT)) this.#remember(line);
    this.#options.onMessage('received', line);
    listener.onMessage(line);
  }

  #remember(event: string): void {
    this.#receivedEvents.push(event);
    if (this.#receivedEvents.length > REMEMBERED_EVENTS) this.#receivedEvents.shift();
  }

  #finish(closed: TransportClosed): void {
    this.#ending ??= closed;
    if (this.#state === 'closed' || this.#listener === undefined) return;
    this.#state = 'closed';
    this.#lines = [];
    this.#closeTimeout?.cancel();
    this.#listener.onClose(closed);
  }
}

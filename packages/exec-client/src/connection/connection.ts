import {
  bindRoute,
  createPeer,
  ExecError,
  type Extensions,
  type NotificationSpec,
  networkPolicyRequest,
  type ParamsOf,
  type Peer,
  type RequestOptions,
  type RequestSpec,
  type ResultOf,
  type Transport,
  type TransportClosed,
} from '@holdfast/exec-protocol';
import type { Clock } from '../clock.js';
import { createDeferred } from '../deferred.js';
import { SeverableTransport } from './severable-transport.js';

/** How long the other side may take to end the connection before it is cut. */
const CLOSE_GRACE_MS = 10_000;

/** How a connection ended. */
export interface ConnectionEnd {
  /** `connectionLost`, with what is known of the reason. */
  readonly error: ExecError;
  /** The close code, or what comes nearest to it. */
  readonly code: number;
}

/** What a connection needs from its owner. */
export interface ConnectionHost {
  /** Numbers the requests. */
  nextId(): number;
  /** A larger request is refused before it is sent. */
  maxMessageBytes(): number;
  /** Something that was not asked for arrived. @throws ExecError when it cannot be understood, which ends the connection. */
  onNotification(method: string, params: unknown): void;
  /** The server asks about the network of a process. */
  onPolicyRequest(
    params: ParamsOf<typeof networkPolicyRequest>,
  ): Promise<ResultOf<typeof networkPolicyRequest>>;
  /** What was agreed on with the server. */
  extensions(): Extensions;
  /** The other side showed that it lives. */
  onSignOfLife(): void;
  /** Called once, a microtask after the end, so that answers which came before it have settled their requests. */
  onEnd(end: ConnectionEnd): void;
}

/** One carrier from its first message to its end. What holds for longer is its owner's affair. */
export class Connection {
  readonly #transport: SeverableTransport;
  readonly #host: ConnectionHost;
  readonly #peer: Peer;
  readonly #ended = createDeferred<undefined>();
  #end: ConnectionEnd | undefined;
  /** What the server did wrong, where that is why the connection ends. */
  #fault: string | undefined;

  constructor(carrier: Transport, host: ConnectionHost) {
    this.#transport = new SeverableTransport(carrier);
    this.#host = host;
    this.#peer = createPeer({
      transport: this.#transport,
      routes: new Map([
        [
          networkPolicyRequest.method,
          bindRoute(
            networkPolicyRequest,
            (params) => host.onPolicyRequest(params),
            () => host.extensions(),
          ),
        ],
      ]),
      nextId: () => host.nextId(),
      maxMessageBytes: () => host.maxMessageBytes(),
      onNotification: (method, params) => {
        this.#route(method, params);
      },
      onUnmatchedAnswer: () => undefined,
      onMalformed: (message) => {
        this.#giveUp(message);
      },
      onInternalError: () => undefined,
      onDrain: () => undefined,
      onSignOfLife: () => {
        host.onSignOfLife();
      },
      onClose: (closed) => {
        this.#finish(closed);
      },
    });
  }

  /** Names the other end in messages. */
  get label(): string {
    return this.#transport.label;
  }

  /** How it ended, once it has. */
  get end(): ConnectionEnd | undefined {
    return this.#end;
  }

  get isOver(): boolean {
    return this.#end !== undefined;
  }

  /** Length of the message that was sent last, in UTF-16 units. */
  get sentLength(): number {
    return this.#transport.sentLength;
  }

  request<S extends RequestSpec>(
    spec: S,
    params: ParamsOf<S>,
    options?: RequestOptions,
  ): Promise<ResultOf<S>> {
    return this.#peer.request(spec, params, options);
  }

  /** Whether a request failed because this connection ended, and not with an answer. */
  isEndOf(error: unknown): boolean {
    return this.isOver && error instanceof ExecError && error.kind === 'connectionLost';
  }

  notify<S extends NotificationSpec>(spec: S, params: ParamsOf<S>): void {
    this.#peer.notify(spec, params);
  }

  /** Asks for a sign of life by the carrier's own means. @returns false where it has none. */
  ping(): boolean {
    return this.#peer.ping();
  }

  /** Lets everything that was sent leave, and waits for the end. */
  async close(clock: Clock): Promise<void> {
    this.#peer.close('normal', '');
    const deadline = clock.after(CLOSE_GRACE_MS, () => {
      this.sever('the server did not end the connection');
    });
    await this.#ended.promise;
    deadline.cancel();
  }

  /** Ends the connection at once. Nothing that it brings later is heard. */
  sever(reason: string): void {
    this.#transport.sever(reason);
  }

  #route(method: string, params: unknown): void {
    try {
      this.#host.onNotification(method, params);
    } catch (error) {
      this.#giveUp(error instanceof Error ? error.message : String(error));
    }
  }

  /** What the server sends cannot be understood, so nothing that follows can be trusted. */
  #giveUp(fault: string): void {
    if (this.#fault !== undefined) return;
    this.#fault = fault;
    this.#transport.turnAway('protocolError', fault);
  }

  #finish({ code, reason }: TransportClosed): void {
    const because = reason === '' ? `code ${code}` : `code ${code}, ${reason}`;
    const message =
      this.#fault === undefined
        ? `the connection to ${this.label} ended (${because})`
        : `the server broke the protocol: ${this.#fault}`;
    const end: ConnectionEnd = { error: new ExecError('connectionLost', message), code };
    this.#end = end;
    this.#ended.resolve(undefined);
    queueMicrotask(() => {
      this.#host.onEnd(end);
    });
  }
}

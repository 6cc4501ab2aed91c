import {
  createPeer,
  ExecError,
  type Extensions,
  type NotificationSpec,
  type ParamsOf,
  type Peer,
  type ProcessId,
  parseParams,
  processClosed,
  processExited,
  processGap,
  processOutput,
  processResized,
  type RequestSpec,
  type ResultOf,
  type Transport,
  type TransportClosed,
} from '@holdfast/exec-protocol';
import type { Clock } from '../clock.js';
import { createDeferred } from '../deferred.js';
import { type Agreement, type HandshakeOptions, shakeHands } from './handshake.js';
import type { Link, ProcessSink } from './link.js';

/** How long the other side may take to end the connection before it is cut. */
const CLOSE_GRACE_MS = 10_000;

/**
 * Makes a session over `transport`, which it takes over.
 * @throws ExecError with the server's refusal, or `connectFailed`; the reason of `signal`.
 */
export async function openConnection(
  transport: Transport,
  options: HandshakeOptions,
  clock: Clock,
  signal: AbortSignal,
): Promise<Connection> {
  const connection = new Connection(transport, clock);
  try {
    await connection.shakeHands(options, signal);
  } catch (error) {
    transport.destroy();
    if (!(error instanceof ExecError) || error.kind !== 'connectionLost') throw error;
    throw new ExecError('connectFailed', `${error.message}, before a session was made`, { cause: error });
  }
  return connection;
}

/** One session on one connection: they begin and end together. */
export class Connection implements Link {
  readonly #transport: Transport;
  readonly #clock: Clock;
  readonly #peer: Peer;
  readonly #sinks = new Map<ProcessId, ProcessSink>();
  readonly #closed = createDeferred<ExecError>();
  #agreement: Agreement | undefined;
  /** Why nothing more is sent; set before the end of the transport where it is our doing. */
  #end: ExecError | undefined;

  constructor(transport: Transport, clock: Clock) {
    this.#transport = transport;
    this.#clock = clock;
    this.#peer = createPeer({
      transport,
      routes: new Map(),
      onNotification: (method, params) => {
        this.#route(method, params);
      },
      onUnmatchedAnswer: () => undefined,
      onMalformed: (message) => {
        this.#giveUp(message);
      },
      onInternalError: () => undefined,
      onDrain: () => undefined,
      onClose: (closed) => {
        this.#lose(closed);
      },
    });
  }

  /** Resolves with the reason once the connection has ended. */
  get closed(): Promise<ExecError> {
    return this.#closed.promise;
  }

  get agreement(): Agreement {
    if (this.#agreement === undefined) throw new ExecError('protocolState', 'the handshake is not over');
    return this.#agreement;
  }

  get extensions(): Extensions {
    return this.agreement.extensions;
  }

  async shakeHands(options: HandshakeOptions, signal: AbortSignal): Promise<void> {
    this.#agreement = await shakeHands(this.#peer, options, signal);
  }

  async request<S extends RequestSpec>(
    spec: S,
    params: ParamsOf<S>,
    signal?: AbortSignal,
  ): Promise<ResultOf<S>> {
    if (this.#end !== undefined) throw this.#end;
    try {
      return await this.#peer.request(spec, params, signal);
    } catch (error) {
      throw this.#endOr(error);
    }
  }

  notify<S extends NotificationSpec>(spec: S, params: ParamsOf<S>): void {
    if (this.#end === undefined) this.#peer.notify(spec, params);
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

  /** Ends the connection and waits until it has ended. Everything that waits on it fails with `reason`. */
  async close(reason: ExecError): Promise<void> {
    this.#end ??= reason;
    this.#peer.close('normal', '');
    const deadline = this.#clock.after(CLOSE_GRACE_MS, () => {
      this.#transport.destroy();
    });
    await this.closed;
    deadline.cancel();
  }

  /** Why the connection ended, where that is what `error` is about. */
  #endOr(error: unknown): unknown {
    const isLost = error instanceof ExecError && error.kind === 'connectionLost';
    return isLost ? (this.#end ?? error) : error;
  }

  #route(method: string, params: unknown): void {
    try {
      this.#deliver(method, params);
    } catch (error) {
      this.#giveUp(error instanceof Error ? error.message : String(error));
    }
  }

  #deliver(method: string, params: unknown): void {
    switch (method) {
      case processOutput.method: {
        const event = parseParams(processOutput, params);
        this.#sinks.get(event.processId)?.onOutput(event);
        return;
      }
      case processResized.method: {
        const event = parseParams(processResized, params);
        this.#sinks.get(event.processId)?.onResized(event);
        return;
      }
      case processGap.method: {
        const event = parseParams(processGap, params);
        this.#sinks.get(event.processId)?.onGap(event);
        return;
      }
      case processExited.method: {
        const event = parseParams(processExited, params);
        this.#sinks.get(event.processId)?.onExited(event);
        return;
      }
      case processClosed.method: {
        const event = parseParams(processClosed, params);
        this.#sinks.get(event.processId)?.onClosed(event);
      }
    }
  }

  /** What the server sends cannot be understood, so nothing that follows can be trusted. */
  #giveUp(message: string): void {
    this.#end ??= new ExecError('connectionLost', `the server broke the protocol: ${message}`);
    this.#peer.close('protocolError', message);
  }

  #lose({ code, reason }: TransportClosed): void {
    const because = reason === '' ? `code ${code}` : `code ${code}, ${reason}`;
    this.#end ??= new ExecError(
      'connectionLost',
      `the connection to ${this.#transport.label} ended (${because})`,
    );
    for (const sink of [...this.#sinks.values()]) sink.onLost(this.#end);
    this.#sinks.clear();
    this.#closed.resolve(this.#end);
  }
}

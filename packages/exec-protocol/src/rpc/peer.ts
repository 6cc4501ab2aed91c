import { JSONRPCClient, JSONRPCServer } from 'json-rpc-2.0';
import type * as z from 'zod';
import type { CloseKind } from '../close-codes.js';
import { ExecError, fromWireError, toWireError } from '../errors.js';
import { MAX_ANSWER_BYTES, MAX_MESSAGE_BYTES, MAX_REQUESTS_IN_FLIGHT } from '../limits.js';
import type { NotificationSpec, RequestSpec, ResultOf } from '../methods/define.js';
import type { Transport, TransportClosed } from '../transport/transport.js';
import { decodeUtf8 } from '../utf8.js';
import {
  decodeMessage,
  encodeError,
  encodeNotification,
  encodeRequest,
  encodeResponse,
} from '../wire/codec.js';
import {
  type Envelope,
  MALFORMED_ID,
  type WireError,
  type WireId,
  wireIdFromNumber,
} from '../wire/envelope.js';
import { ANSWER_LIMITS, ENVELOPE_LIMITS } from '../wire/envelope-limits.js';
import { decodeResult, encodeParams, PreparedAnswer, type Route } from './route.js';
import { sendable } from './sendable.js';

/** What a peer asks of its owner. */
export interface PeerOptions {
  readonly transport: Transport;
  /** Requests that this side answers, by method. Without it none is expected: one that comes is malformed. */
  readonly routes?: ReadonlyMap<string, Route> | undefined;
  /** A notification arrived, in order with the requests around it. */
  onNotification(method: string, params: unknown): void;
  /** An answer arrived that no request of ours waits for. */
  onUnmatchedAnswer(id: WireId): void;
  /** A message could not be understood; `answer` tells the other side so. */
  onMalformed(message: string, answer: () => void): void;
  /** A handler failed with something that only the log may see. */
  onInternalError(error: unknown): void;
  onDrain(): void;
  /**
   * A request came, in a message of so many UTF-16 units.
   * @returns what is called once its answer was handed to the transport.
   */
  onRequest?(length: number): () => void;
  /** The other side showed that it lives, by a message or by a ping or pong of the carrier. */
  onSignOfLife?(): void;
  /** The other side has taken everything that was sent before the ping with this mark. */
  onPong?(mark: string): void;
  onClose(closed: TransportClosed): void;
  /** Numbers the requests; default 1, 2, 3 … of this connection. A client that resumes goes on where it was. */
  readonly nextId?: () => number;
  /** A request whose message is larger is refused here, before it costs the connection; default `MAX_MESSAGE_BYTES`. */
  readonly maxMessageBytes?: () => number;
  /** A larger answer becomes the error `limitExceeded`; default `MAX_ANSWER_BYTES`. */
  readonly maxAnswerBytes?: number;
}

/** How one request is sent. */
export interface RequestOptions {
  /** Stops the wait, not the request; the call then fails with the reason of the signal. */
  readonly signal?: AbortSignal | undefined;
  /** The id of a request that is sent again; default the next one. */
  readonly id?: number;
}

/** One end of a connection: typed requests out, routed requests in. */
export interface Peer {
  /**
   * Sends a request and waits for its answer.
   * @throws ExecError with the peer's kind, `connectionLost`, `invalidParams` when the peer would refuse it as such, or
   *   `limitExceeded` when it is too large to be sent; the reason of the signal when that fires first.
   */
  request<S extends RequestSpec>(
    spec: S,
    params: z.output<S['params']>,
    options?: RequestOptions,
  ): Promise<ResultOf<S>>;
  notify<S extends NotificationSpec>(spec: S, params: z.output<S['params']>): void;
  /** Sends a ping of the carrier, whose `mark` comes back with the pong. @returns false where the carrier has none. */
  ping(mark?: string): boolean;
  close(kind: CloseKind, reason: string): void;
}

/** Starts to read `transport`. The answers to routed requests are sent as they become known. */
export function createPeer(options: PeerOptions): Peer {
  return new JsonRpcPeer(options);
}

interface Answer {
  readonly error?: WireError;
  readonly result?: unknown;
}

interface Waiting {
  settle(envelope: Envelope & { readonly kind: 'response' | 'error' }): void;
  fail(error: ExecError): void;
}

class JsonRpcPeer implements Peer {
  readonly #options: PeerOptions;
  readonly #transport: Transport;
  readonly #server: JSONRPCServer<WireId>;
  readonly #client: JSONRPCClient;
  readonly #waiting = new Map<WireId, Waiting>();
  #closed: TransportClosed | undefined;
  #lastId = 0;
  #inFlight = 0;

  constructor(options: PeerOptions) {
    this.#options = options;
    this.#transport = options.transport;
    // The library reports what handlers throw to a listener of its own; errors are mapped below instead.
    this.#server = new JSONRPCServer({ errorListener: () => undefined });
    for (const [method, route] of options.routes ?? []) this.#server.addMethod(method, route);
    this.#server.mapErrorToJSONRPCErrorResponse = (id, error: unknown) => {
      if (!(error instanceof ExecError)) options.onInternalError(error);
      return { jsonrpc: '2.0', id, error: toWireError(error) };
    };
    this.#client = new JSONRPCClient((request: { id: WireId; method: string; params: unknown }) => {
      const maxBytes = options.maxMessageBytes?.() ?? MAX_MESSAGE_BYTES;
      const encode = (): string => encodeRequest(request.id, request.method, request.params);
      const message = sendable(encode, { maxBytes, json: ENVELOPE_LIMITS });
      if (message.ok) this.#transport.send(message.text);
      else this.#fail(request.id, tooLarge(request.method, message.problem, 'send less at once'));
    });
    this.#transport.start({
      onMessage: (message) => {
        options.onSignOfLife?.();
        this.#receive(message);
      },
      onHeartbeat: (echo) => {
        options.onSignOfLife?.();
        if (echo !== undefined) options.onPong?.(echo);
      },
      onDrain: () => {
        options.onDrain();
      },
      onClose: (closed) => {
        this.#end(closed);
      },
    });
  }

  request<S extends RequestSpec>(
    spec: S,
    params: z.output<S['params']>,
    { signal, id: repeated }: RequestOptions = {},
  ): Promise<ResultOf<S>> {
    return new Promise((resolve, reject: (reason: unknown) => void) => {
      signal?.throwIfAborted();
      if (this.#closed !== undefined) throw lostConnection(this.#transport, this.#closed);
      const encoded = encodeParams(spec, params);
      const id = wireIdFromNumber(repeated ?? this.#nextId());
      const abort = (): void => {
        this.#waiting.set(id, { settle: () => undefined, fail: () => undefined });
        reject(signal?.reason);
      };
      const done = (): void => {
        signal?.removeEventListener('abort', abort);
      };
      this.#waiting.set(id, {
        settle: (answer) => {
          done();
          if (answer.kind === 'error') reject(fromWireError(answer.error));
          else settleWith(() => decodeResult(spec, answer.result), resolve, reject);
        },
        fail: (error) => {
          done();
          reject(error);
        },
      });
      signal?.addEventListener('abort', abort, { once: true });
      // Its promise settles with the answer; `#waiting` knows that sooner, and also when the connection ends.
      void this.#client.requestAdvanced({ jsonrpc: '2.0', id, method: spec.method, params: encoded });
    });
  }

  notify<S extends NotificationSpec>(spec: S, params: z.output<S['params']>): void {
    this.#transport.send(encodeNotification(spec.method, encodeParams(spec, params)));
  }

  ping(mark?: string): boolean {
    return this.#transport.ping(mark);
  }

  close(kind: CloseKind, reason: string): void {
    this.#transport.close(kind, reason);
  }

  #nextId(): number {
    if (this.#options.nextId !== undefined) return this.#options.nextId();
    this.#lastId += 1;
    return this.#lastId;
  }

  #receive(message: string | Uint8Array): void {
    const text = typeof message === 'string' ? message : decodeUtf8(message);
    if (text === undefined) {
      this.#refuse('the message is not valid UTF-8; send JSON text');
      return;
    }
    const decoded = decodeMessage(text, this.#options.routes === undefined ? ANSWER_LIMITS : ENVELOPE_LIMITS);
    if (decoded.ok) this.#dispatch(decoded.envelope, text.length);
    else this.#refuse(decoded.message);
  }

  #dispatch(envelope: Envelope, length: number): void {
    switch (envelope.kind) {
      case 'request':
        this.#serve(envelope.id, envelope.method, envelope.params, length);
        return;
      case 'notification':
        this.#options.onNotification(envelope.method, envelope.params);
        return;
      case 'response':
      case 'error':
        this.#settle(envelope);
    }
  }

  #serve(id: WireId, method: string, params: unknown, length: number): void {
    if (this.#options.routes === undefined) {
      this.#refuse(`${JSON.stringify(method)} was asked of a side that only asks itself`);
      return;
    }
    const refusal = this.#refusalOf(method);
    if (refusal !== undefined) {
      this.#transport.send(encodeError(id, toWireError(refusal)));
      return;
    }
    this.#inFlight += 1;
    const onAnswered = this.#options.onRequest?.(length);
    // The handler runs inside this call up to its first await, so that effects keep the order of arrival.
    const answer = this.#server.receive({ jsonrpc: '2.0', id, method, params: params as object }, id);
    void answer.then((response) => {
      this.#inFlight -= 1;
      this.#answer(id, method, response as Answer | null);
      onAnswered?.();
    });
  }

  #answer(id: WireId, method: string, answer: Answer | null): void {
    if (answer === null) return;
    if (answer.error !== undefined) this.#transport.send(encodeError(id, answer.error));
    else if (answer.result instanceof PreparedAnswer) answer.result.send();
    else this.#transport.send(this.#textOf(id, method, answer.result));
  }

  /** The error that says so where the result cannot be sent: nobody else is there to be told. */
  #textOf(id: WireId, method: string, result: unknown): string {
    try {
      const maxBytes = this.#options.maxAnswerBytes ?? MAX_ANSWER_BYTES;
      const message = sendable(() => encodeResponse(id, result), { maxBytes });
      if (message.ok) return message.text;
      return encodeError(id, toWireError(tooLarge(method, message.problem, 'ask for less at once')));
    } catch (error) {
      this.#options.onInternalError(error);
      return encodeError(id, toWireError(error));
    }
  }

  #refusalOf(method: string): ExecError | undefined {
    if (!this.#server.hasMethod(method)) {
      return new ExecError(
        'methodUnknown',
        `this peer does not implement the method ${JSON.stringify(method)}`,
      );
    }
    if (this.#inFlight < MAX_REQUESTS_IN_FLIGHT) return undefined;
    return new ExecError(
      'limitExceeded',
      `${String(MAX_REQUESTS_IN_FLIGHT)} requests of this connection are running; wait for answers before you send more`,
    );
  }

  #settle(envelope: Envelope & { readonly kind: 'response' | 'error' }): void {
    const waiting = this.#waiting.get(envelope.id);
    if (waiting === undefined) {
      this.#options.onUnmatchedAnswer(envelope.id);
      return;
    }
    this.#waiting.delete(envelope.id);
    const outcome = envelope.kind === 'error' ? { error: envelope.error } : { result: envelope.result };
    this.#client.receive({ jsonrpc: '2.0', id: envelope.id, ...outcome });
    waiting.settle(envelope);
  }

  #fail(id: WireId, error: ExecError): void {
    const waiting = this.#waiting.get(id);
    this.#waiting.delete(id);
    this.#client.receive({ jsonrpc: '2.0', id, error: toWireError(error) });
    waiting?.fail(error);
  }

  #refuse(message: string): void {
    this.#options.onMalformed(message, () => {
      this.#transport.send(
        encodeError(MALFORMED_ID, toWireError(new ExecError('malformedMessage', message))),
      );
    });
  }

  #end(closed: TransportClosed): void {
    this.#closed = closed;
    for (const waiting of this.#waiting.values()) waiting.fail(lostConnection(this.#transport, closed));
    this.#waiting.clear();
    this.#options.onClose(closed);
  }
}

function tooLarge(method: string, problem: string, remedy: string): ExecError {
  return new ExecError('limitExceeded', `${method}: ${problem}; ${remedy}`);
}

function settleWith<T>(
  compute: () => T,
  resolve: (value: T) => void,
  reject: (reason: unknown) => void,
): void {
  try {
    resolve(compute());
  } catch (error) {
    reject(error);
  }
}

function lostConnection(transport: Transport, { code, reason }: TransportClosed): ExecError {
  const because = reason === '' ? `code ${String(code)}` : `code ${String(code)}, ${reason}`;
  return new ExecError('connectionLost', `the connection to ${transport.label} ended (${because})`);
}

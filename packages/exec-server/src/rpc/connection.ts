import { setMaxListeners } from 'node:events';
import {
  asSessionId,
  CLIENT_NOTIFICATIONS,
  type ConnectionId,
  createPeer,
  type EnvironmentInfo,
  ExecError,
  type Extensions,
  grantExtensions,
  HANDSHAKE_TIMEOUT_MS,
  offeredExtensions,
  type ParamsOf,
  type Peer,
  parseParams,
  type REQUESTS,
  type RequestSpec,
  type ResultOf,
  type Transport,
  type TransportClosed,
} from '@holdfast/exec-protocol';
import type { Clock } from '../clock.js';
import type { Logger } from '../logger.js';
import type { Subscription } from '../process/subscription.js';
import type { Session } from '../session/session.js';
import type { SessionRegistry } from '../session/session-registry.js';
import { eventMessage } from './event-message.js';
import { HANDSHAKE_START, type Handshake, nextHandshake } from './handshake.js';
import { type MessageSource, Outbox } from './outbox.js';
import { moveWindow, type ProcessScope } from './process-handlers.js';
import { createRoutes } from './routes.js';
import { StdinGate } from './stdin-gate.js';

type InitializeParams = ParamsOf<(typeof REQUESTS)['initialize']>;
type InitializeResult = ResultOf<(typeof REQUESTS)['initialize']>;

/** What a connection needs from the server around it. */
export interface ConnectionHost {
  readonly sessions: SessionRegistry;
  readonly environment: EnvironmentInfo;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** One client on one transport: its handshake, its session, what is sent to it. */
export class Connection {
  readonly #id: ConnectionId;
  readonly #principal: string;
  readonly #host: ConnectionHost;
  readonly #peer: Peer;
  readonly #outbox: Outbox;
  readonly #stdinGate: StdinGate;
  readonly #gone = new AbortController();
  readonly #sources = new WeakMap<Subscription, MessageSource>();
  readonly #ended: Promise<void>;
  #handshake: Handshake = HANDSHAKE_START;
  #extensions: Extensions = {};
  #session: Session | undefined;

  /** @param principal Whom the transport's credential stands for. */
  constructor(id: ConnectionId, transport: Transport, principal: string, host: ConnectionHost) {
    this.#id = id;
    this.#principal = principal;
    this.#host = host;
    // Every waiting read listens to it; the limit of those is another one.
    setMaxListeners(0, this.#gone.signal);
    this.#outbox = new Outbox(transport);
    this.#stdinGate = new StdinGate(transport);
    const { promise, resolve } = deferred();
    this.#ended = promise;
    this.#peer = createPeer({
      transport,
      routes: createRoutes({
        environment: host.environment,
        initialize: (params) => this.#initialize(params),
        closeSession: () => this.#closeSession(),
        admit: (spec) => {
          this.#admit(spec);
        },
        processes: () => this.#scope(),
      }),
      onNotification: (method, params) => {
        this.#onNotification(method, params);
      },
      onUnmatchedAnswer: () => {
        this.#drop('an answer arrived to a request that was never sent');
      },
      onMalformed: (_message, answer) => {
        answer();
      },
      onInternalError: (error) => {
        host.logger.error({ connection: id, err: error }, 'request failed unexpectedly');
      },
      onDrain: () => {
        this.#outbox.onDrain();
      },
      onClose: (closed) => {
        void this.#end(closed).finally(resolve);
      },
    });
    this.#limitHandshake();
    host.logger.debug({ connection: id, transport: transport.label }, 'connection opened');
  }

  /** Settles when the transport and everything that hung on it are gone. */
  get ended(): Promise<void> {
    return this.#ended;
  }

  /** Tells the client to go elsewhere. */
  close(reason: string): void {
    this.#peer.close('goingAway', reason);
  }

  #initialize(params: InitializeParams): InitializeResult {
    if (this.#handshake.kind !== 'awaitingInitialize') {
      throw new ExecError(
        'protocolState',
        'initialize was answered already; open another connection for another session',
      );
    }
    const { sessions, environment, logger } = this.#host;
    const session =
      params.resumeSessionId == null
        ? sessions.open(this.#principal)
        : sessions.resume(asSessionId(params.resumeSessionId));
    this.#session = session;
    this.#extensions = grantExtensions(params.extensions ?? {}, offeredExtensions());
    session.attach((subscription) => {
      this.#outbox.add(this.#sourceOf(subscription));
    });
    this.#handshake = nextHandshake(this.#handshake, 'initialize');
    logger.info(
      { connection: this.#id, client: params.clientName, extensions: this.#extensions },
      'session opened',
    );
    const granted = params.extensions === undefined ? {} : { extensions: { ...this.#extensions } };
    return { sessionId: session.id, environmentInfo: environment, ...granted };
  }

  async #closeSession(): Promise<{ processes: number }> {
    const session = this.#session;
    if (session === undefined) return { processes: 0 };
    this.#outbox.clear();
    return { processes: await this.#host.sessions.close(session) };
  }

  #admit(spec: RequestSpec): void {
    if (spec.method === 'initialize') return;
    if (this.#handshake.kind !== 'ready') {
      const missing =
        this.#handshake.kind === 'awaitingInitialize' ? 'initialize' : 'the notification initialized';
      throw new ExecError(
        'protocolState',
        `${missing} must come before ${spec.method} and other ${spec.family} methods`,
      );
    }
    if (spec.extension === undefined || this.#extensions[spec.extension] !== undefined) return;
    throw new ExecError(
      'methodUnknown',
      `${spec.method} belongs to the extension ${spec.extension}, which was not agreed on in initialize`,
    );
  }

  #scope(): ProcessScope {
    if (this.#session === undefined) throw new ExecError('protocolState', 'the connection has no session');
    return {
      processes: this.#session.processes,
      extensions: this.#extensions,
      stdinGate: this.#stdinGate,
      gone: this.#gone.signal,
    };
  }

  #onNotification(method: string, params: unknown): void {
    if (method === 'initialized') {
      this.#handshake = nextHandshake(this.#handshake, 'initialized');
      if (this.#handshake.kind === 'broken') this.#drop('initialized came before initialize was answered');
    } else if (method === 'process/window' && this.#extensions.flow !== undefined) {
      this.#onWindow(params);
    } else {
      this.#drop(`${JSON.stringify(method)} is not a notification that this server takes`);
    }
  }

  #onWindow(params: unknown): void {
    try {
      void moveWindow(this.#scope(), parseParams(CLIENT_NOTIFICATIONS['process/window'], params));
    } catch (error) {
      this.#drop(error instanceof ExecError ? error.message : 'a notification could not be taken');
    }
  }

  #sourceOf(subscription: Subscription): MessageSource {
    const known = this.#sources.get(subscription);
    if (known !== undefined) return known;
    const source: MessageSource = {
      take: () => {
        for (let event = subscription.take(); event !== undefined; event = subscription.take()) {
          const message = eventMessage(subscription, event, this.#extensions);
          if (message !== undefined) return message;
        }
        return undefined;
      },
    };
    this.#sources.set(subscription, source);
    return source;
  }

  #limitHandshake(): void {
    const timer = this.#host.clock.after(HANDSHAKE_TIMEOUT_MS, () => {
      if (this.#handshake.kind !== 'ready') this.#drop('the handshake took too long');
    });
    void this.#ended.then(() => {
      timer.cancel();
    });
  }

  // The peer broke the protocol: it loses its connection, and the log says why.
  #drop(reason: string): void {
    this.#host.logger.warn({ connection: this.#id, reason }, 'connection dropped');
    this.#peer.close('protocolError', reason);
  }

  async #end(closed: TransportClosed): Promise<void> {
    this.#gone.abort(new ExecError('connectionLost', 'the connection ended while the request was waiting'));
    this.#outbox.clear();
    const ended = this.#session === undefined ? 0 : await this.#host.sessions.close(this.#session);
    this.#host.logger.info({ connection: this.#id, ...closed, endedProcesses: ended }, 'connection closed');
  }
}

function deferred(): { readonly promise: Promise<void>; readonly resolve: () => void } {
  let resolve: () => void = () => undefined;
  const promise = new Promise<void>((settle) => {
    resolve = settle;
  });
  return { promise, resolve };
}

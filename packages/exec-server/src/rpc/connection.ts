import { setMaxListeners } from 'node:events';
import {
  type ConnectionId,
  createPeer,
  type EnvironmentInfo,
  ExecError,
  type ExtensionName,
  fsMissingChanged,
  HANDSHAKE_TIMEOUT_MS,
  MAX_LOGGED_NAME_CHARACTERS,
  networkPolicyRequest,
  numberOfWireId,
  type ParamsOf,
  type Peer,
  type PeerOptions,
  type REQUESTS,
  type RequestSpec,
  type ResultOf,
  type TransportClosed,
  type WireId,
} from '@holdfast/exec-protocol';
import type { OperatorCeiling } from '@holdfast/sandbox';
import { beginningOf } from '../beginning-of.js';
import type { Clock } from '../clock.js';
import type { CapabilityFinder } from '../config/capabilities/capability-finder.js';
import type { ExecutorConfig } from '../config/executor-config.js';
import type { ConfinedFiles } from '../confined-files.js';
import { deferred } from '../deferred.js';
import type { DirectoryWatches } from '../fs/watch/directory-watches.js';
import type { HttpSender } from '../http/http-client.js';
import type { Logger } from '../logger.js';
import type { LoopQueue } from '../loop-queue.js';
import { fingerprintOf } from '../session/fingerprint.js';
import type { SessionOwner, SessionRegistry } from '../session/session-registry.js';
import type { AnswerBuffers } from './answers/answer-buffers.js';
import { ReadAnswers } from './answers/read-answers.js';
import type { SharedRoom } from './answers/shared-room.js';
import type { ProcessScope } from './handlers/process-handlers.js';
import { createRoutes } from './handlers/routes.js';
import { HANDSHAKE_START, type Handshake, nextHandshake } from './handshake.js';
import { isForItsAnswer } from './incoming/for-its-answer.js';
import type { PacedTransport } from './incoming/paced-transport.js';
import { Backlog } from './outgoing/backlog.js';
import { Liveness } from './outgoing/liveness.js';
import { createNotificationSink, type NotificationSink } from './outgoing/notifications.js';
import { closeService, openService, type Service } from './service.js';

type InitializeParams = ParamsOf<(typeof REQUESTS)['initialize']>;
type InitializeResult = ResultOf<(typeof REQUESTS)['initialize']>;

/** What a connection needs from the server around it. */
export interface ConnectionHost {
  readonly sessions: SessionRegistry;
  readonly environment: EnvironmentInfo;
  /** The server's own environment. */
  readonly env: Readonly<Record<string, string>>;
  readonly config: ExecutorConfig;
  readonly capabilities: CapabilityFinder;
  /** Sends HTTP requests for clients. */
  readonly http: HttpSender;
  /** What the operator allows at most. */
  readonly ceiling: OperatorCeiling | undefined;
  /** Carries out the file requests that are confined. */
  readonly confinedFiles: ConfinedFiles;
  readonly clock: Clock;
  readonly logger: Logger;
  /** A client that is silent for longer loses its connection. */
  readonly silenceMs: number;
  readonly answerBuffers: AnswerBuffers;
  readonly sharedRoom: SharedRoom;
  readonly directoryWatches: DirectoryWatches;
  /** Lists of processes that all connections wait for. */
  readonly listQueue: LoopQueue;
}

/** One client on one transport: its handshake, its session, what is sent to it. */
export class Connection {
  readonly #id: ConnectionId;
  readonly #client: SessionOwner;
  readonly #host: ConnectionHost;
  readonly #transport: PacedTransport;
  readonly #peer: Peer;
  readonly #backlog: Backlog;
  readonly #readAnswers: ReadAnswers;
  readonly #liveness: Liveness;
  readonly #gone = new AbortController();
  readonly #ended: Promise<void>;
  #handshake: Handshake = HANDSHAKE_START;
  #service: Service | undefined;

  constructor(id: ConnectionId, transport: PacedTransport, client: SessionOwner, host: ConnectionHost) {
    this.#id = id;
    this.#client = client;
    this.#host = host;
    this.#transport = transport;
    // Every waiting read listens to it; the limit of those is another one.
    setMaxListeners(0, this.#gone.signal);
    this.#backlog = new Backlog({ transport, clock: host.clock });
    this.#readAnswers = new ReadAnswers(transport, host.answerBuffers);
    this.#liveness = new Liveness({
      clock: host.clock,
      silenceMs: host.silenceMs,
      ping: () => transport.ping(),
      isDeaf: () => this.#backlog.isDeaf(),
      onDead: (reason) => {
        host.logger.info({ connection: id, reason }, 'connection given up');
        transport.destroy();
      },
    });
    const { promise, resolve } = deferred();
    this.#ended = promise;
    this.#peer = createPeer({ transport, routes: this.#routes(), ...this.#listener(resolve) });
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

  #routes(): PeerOptions['routes'] {
    return createRoutes({
      environment: this.#host.environment,
      config: this.#host.config,
      capabilities: this.#host.capabilities,
      initialize: (params) => this.#initialize(params),
      closeSession: () => this.#closeSession(),
      admit: (spec) => {
        this.#admit(spec);
      },
      once: (spec, params, requestId, run) => this.#once(spec, params, requestId, run),
      processes: () => this.#scope(),
      files: () => this.#requireService().files,
      http: () => this.#requireService().http,
    });
  }

  #notifications(): NotificationSink {
    return createNotificationSink({
      has: (extension) => this.#has(extension),
      onInitialized: () => {
        this.#onInitialized();
      },
      processes: () => this.#scope(),
      answers: () => this.#service?.answers,
    });
  }

  #listener(onEnded: () => void): Omit<PeerOptions, 'transport' | 'routes'> {
    const take = this.#notifications();
    return {
      onNotification: (method, params) => {
        // Nobody can be told when one is wrong.
        try {
          take(method, params);
        } catch (error) {
          this.#drop(error instanceof ExecError ? error.message : 'a notification could not be taken');
        }
      },
      onUnmatchedAnswer: () => {
        this.#drop('an answer arrived to a request that was never sent');
      },
      onMalformed: (_message, answer) => {
        answer();
      },
      onInternalError: (error) => {
        this.#host.logger.error({ connection: this.#id, err: error }, 'request failed unexpectedly');
      },
      onRequest: (length) => this.#backlog.add(length),
      onDrain: () => {
        this.#backlog.moved();
        this.#service?.push.onDrain();
        this.#service?.files.room.look();
      },
      onSignOfLife: () => {
        this.#liveness.heard();
        this.#backlog.look();
      },
      onPong: (mark) => {
        this.#service?.push.onPong(mark);
      },
      onClose: (closed) => {
        void this.#end(closed).finally(onEnded);
      },
    };
  }

  #initialize(params: InitializeParams): InitializeResult {
    if (this.#handshake.kind !== 'awaitingInitialize') {
      throw new ExecError(
        'protocolState',
        'initialize was answered already; open another connection for another session',
      );
    }
    const { logger, environment } = this.#host;
    const service = openService(params, {
      ...this.#host,
      transport: this.#transport,
      connection: this.#id,
      client: this.#client,
      gone: this.#gone.signal,
      probe: () => {
        this.#liveness.probe();
      },
      askPolicy: (question) => this.#peer.request(networkPolicyRequest, question),
      onMissingChanged: (watchId) => {
        this.#peer.notify(fsMissingChanged, { watchId });
      },
    });
    this.#service = service;
    this.#handshake = nextHandshake(this.#handshake, 'initialize');
    const { session, extensions } = service;
    const client = beginningOf(params.clientName, MAX_LOGGED_NAME_CHARACTERS);
    logger.info(
      { connection: this.#id, session: session.label, client, extensions },
      params.resumeSessionId == null ? 'session opened' : 'session resumed',
    );
    return {
      sessionId: session.id,
      environmentInfo: environment,
      ...(params.extensions === undefined ? {} : { extensions: { ...extensions } }),
    };
  }

  async #closeSession(): Promise<{ processes: number }> {
    const { session, push } = this.#requireService();
    push.stop();
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
    if (spec.method !== 'process/read') this.#service?.legacyResume?.onRequest();
    if (!this.#transport.isHeard && isForItsAnswer(spec)) {
      throw new ExecError('connectionLost', `${spec.method}: the connection ended before it began`);
    }
    if (spec.extension === undefined || this.#has(spec.extension)) return;
    throw new ExecError(
      'methodUnknown',
      `${spec.method} belongs to the extension ${spec.extension}, which was not agreed on in initialize`,
    );
  }

  #once(
    { method }: RequestSpec,
    params: unknown,
    requestId: WireId,
    run: () => Promise<unknown>,
  ): Promise<unknown> {
    const answers = this.#service?.answers;
    if (answers === undefined) return run();
    const id = numberOfWireId(requestId);
    if (id !== undefined) return answers.once(id, fingerprintOf(method, params), run);
    throw new ExecError(
      'invalidParams',
      `${method}: under the extension replay the id of a request must be a number below 2^53; number them from 1`,
    );
  }

  #has(extension: ExtensionName): boolean {
    return this.#service?.extensions[extension] !== undefined;
  }

  #requireService(): Service {
    if (this.#service === undefined) throw new ExecError('protocolState', 'the connection has no session');
    return this.#service;
  }

  #scope(): ProcessScope {
    const { session, extensions, legacyResume, lists, files } = this.#requireService();
    const { processes, fileOrder } = session;
    return {
      processes,
      extensions,
      legacyResume,
      readAnswers: this.#readAnswers,
      lists,
      room: files.room,
      gone: this.#gone.signal,
      fileOrder,
    };
  }

  #onInitialized(): void {
    this.#handshake = nextHandshake(this.#handshake, 'initialized');
    if (this.#handshake.kind === 'broken') {
      throw new ExecError('protocolState', 'initialized came before initialize was answered');
    }
    this.#service?.legacyResume?.begin();
    this.#service?.policy.begin();
    this.#service?.appeared.begin();
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
    const service = this.#service;
    this.#liveness.stop();
    this.#backlog.stop();
    this.#gone.abort(new ExecError('connectionLost', 'the connection ended while the request was waiting'));
    if (service !== undefined) closeService(service);
    const ended = service === undefined ? 0 : await this.#host.sessions.leave(service.session, this.#id);
    this.#host.logger.info({ connection: this.#id, ...closed, endedProcesses: ended }, 'connection closed');
  }
}

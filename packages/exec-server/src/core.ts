import { type EnvironmentInfo, SERVER_SILENCE_MS } from '@holdfast/exec-protocol';
import type { Clock } from './clock.js';
import type { CapabilityFinder } from './config/capabilities/capability-finder.js';
import type { ExecutorConfig } from './config/executor-config.js';
import type { ConfinedFiles } from './confined-files.js';
import { createConnectionId } from './connection-id.js';
import { DirectoryWatches } from './fs/watch/directory-watches.js';
import type { HttpSender } from './http/http-client.js';
import type { Logger } from './logger.js';
import { LoopQueue } from './loop-queue.js';
import type { Cookie } from './process/guardian/cookie.js';
import type { Guardian } from './process/guardian/guardian.js';
import { LogMemory } from './process/log/log-memory.js';
import type { LogSpill } from './process/log/log-spill.js';
import { ProcessDirectory } from './process/process-directory.js';
import { AppearedLooks } from './process/sandbox/appeared/appeared-looks.js';
import type { Sandboxes } from './process/sandbox/sandboxes.js';
import type { OsProcesses } from './process/spawn/os-processes.js';
import { AnswerBuffers } from './rpc/answers/answer-buffers.js';
import type { AnswerTransport } from './rpc/answers/answer-transport.js';
import { SharedRoom } from './rpc/answers/shared-room.js';
import { Connection, type ConnectionHost } from './rpc/connection.js';
import { GoneMessages } from './rpc/incoming/gone-messages.js';
import { MessageTurns } from './rpc/incoming/message-turns.js';
import { PacedTransport } from './rpc/incoming/paced-transport.js';
import { SessionRegistry } from './session/session-registry.js';
import type { ShortageLog } from './shortage-log.js';

export type { Clock, Timer } from './clock.js';
export type { CapabilityFinder, CapabilityRoot } from './config/capabilities/capability-finder.js';
export type { ExecutorConfig } from './config/executor-config.js';
export type {
  ConfinedFiles,
  FileBlock,
  FileBlocks,
  FilePlace,
  FilesInside,
  FileToOpen,
} from './confined-files.js';
export type { HttpParty, HttpResponse, HttpSender } from './http/http-client.js';
export type { HttpHeader, HttpRequest } from './http/http-request.js';
export type { Logger } from './logger.js';
export type { Cookie } from './process/guardian/cookie.js';
export type { LogSpill } from './process/log/log-spill.js';
export type { Sandboxes } from './process/sandbox/sandboxes.js';
export type { Child, ChildExit, ChildListener, ChildSpec, OutputStream } from './process/spawn/child.js';
export type { OsProcesses } from './process/spawn/os-processes.js';
export type { AnswerTransport } from './rpc/answers/answer-transport.js';
export type { Shortage } from './shortage-log.js';

/** Everything that a server asks of the world outside of it. */
export interface ServerCoreOptions extends Lifetimes {
  readonly clock: Clock;
  /** What the operating system does with processes. */
  readonly processes: OsProcesses;
  /** What `environment/info` answers. */
  readonly environment: EnvironmentInfo;
  /** The server's own environment, from which `envPolicy` picks. */
  readonly env: Readonly<Record<string, string>>;
  /** What `environmentConfig/read` answers. */
  readonly config: ExecutorConfig;
  /** What `capabilityRoots/discoverV1` and `capabilities/discoverV2` answer. */
  readonly capabilities: CapabilityFinder;
  /** Sends HTTP requests for clients. */
  readonly http: HttpSender;
  readonly logger: Logger;
  /** Is told of every process that runs. */
  readonly guardian: Pick<Guardian, 'watch' | 'forget'>;
  /** Makes a place for the output of one process that fits into no memory. */
  readonly spill: { open(onRoom: () => void): LogSpill };
  /** Is told when the machine has run out of something. */
  readonly shortages: Pick<ShortageLog, 'met'>;
  /** What marks the processes of this server. */
  readonly cookie: Cookie;
  /** Confines the processes that ask for it, or all where the operator does. */
  readonly sandboxes: Sandboxes;
  /** Confines the file requests that ask for it, or all where the operator does. */
  readonly confinedFiles: ConfinedFiles;
}

/** How long what is left alone stays. */
export interface Lifetimes {
  /** A session without a connection; default 80 s. With 0 a session ends with its connection. */
  readonly sessionTtlMs?: number | undefined;
  /** A process that has closed and whose events were delivered; default 80 s. */
  readonly closedProcessTtlMs?: number | undefined;
  /** A connection whose client is silent, pongs included; default 10 minutes. */
  readonly silenceMs?: number | undefined;
}

/** What is known of a client before it has said anything. */
export interface AcceptOptions {
  /** False where a lost carrier cannot be replaced by another one, as with stdio: the session ends with it. */
  readonly isResumable: boolean;
}

/** A connection that was accepted. */
export interface AcceptedConnection {
  /** Settles when the carrier has gone, and with it all that hung on it. */
  readonly ended: Promise<void>;
}

/** What a server has in its hands; all of it is zero when nobody uses it and nothing has to be kept any more. */
export interface HeldByServer {
  readonly connections: number;
  readonly sessions: number;
  /** Running, or closed and still readable. */
  readonly processes: number;
  /** Output in memory, in bytes. */
  readonly logBytes: number;
}

/** A server without sockets and without an operating system. */
export interface ServerCore {
  readonly held: HeldByServer;
  /** Serves one client. @param principal Whom its credential stands for. */
  accept(transport: AnswerTransport, principal: string, options: AcceptOptions): AcceptedConnection;
  /** Ends all connections, sessions and processes, and waits until they are gone. */
  close(): Promise<void>;
}

/**
 * The server itself: everything between transports and the operating system, which are handed in.
 * @throws RangeError for a lifetime that is none.
 */
export function createServerCore(options: ServerCoreOptions): ServerCore {
  const { clock, processes, environment, env, config, capabilities, http, logger } = options;
  const { cookie, sandboxes, confinedFiles } = options;
  const { sessionTtlMs, closedProcessTtlMs, silenceMs = SERVER_SILENCE_MS } = lifetimesOf(options);
  const directory = new ProcessDirectory(clock, closedProcessTtlMs);
  const logMemory = new LogMemory();
  const looks = new AppearedLooks({ clock, logger });
  const sessions = new SessionRegistry({ ...options, directory, logMemory, looks }, sessionTtlMs);
  const answerBuffers = new AnswerBuffers(clock);
  const host: ConnectionHost = {
    sessions,
    environment,
    env,
    config,
    capabilities,
    http,
    ceiling: sandboxes.ceiling,
    confinedFiles,
    clock,
    logger,
    silenceMs,
    answerBuffers,
    sharedRoom: new SharedRoom(),
    directoryWatches: new DirectoryWatches(clock),
    listQueue: new LoopQueue(),
  };
  const turns = new MessageTurns(clock);
  const gone = new GoneMessages({
    onDropped: (messages) => {
      logger.warn({ messages }, 'messages of a connection that is gone were dropped: too many of such wait');
    },
  });
  const connections = new Set<Connection>();
  return {
    get held() {
      return {
        connections: connections.size,
        sessions: sessions.size,
        processes: directory.size,
        logBytes: logMemory.heldBytes,
      };
    },
    accept(carrier, principal, { isResumable }) {
      const transport = new PacedTransport({ carrier, turns, gone, principal });
      const connection = new Connection(createConnectionId(), transport, { principal, isResumable }, host);
      connections.add(connection);
      void connection.ended.then(() => connections.delete(connection));
      return connection;
    },
    async close() {
      looks.close();
      for (const connection of connections) connection.close('the server is shutting down');
      // Together: a session waits for what was asked of its files, and a sandbox may never answer.
      await Promise.all([sessions.closeAll(), confinedFiles.close()]);
      await directory.close();
      processes.killMarked(cookie.own);
      await Promise.all([...connections].map(({ ended }) => ended));
      answerBuffers.close();
    },
  };
}

function lifetimesOf(lifetimes: Lifetimes): Lifetimes {
  const { sessionTtlMs = 0, closedProcessTtlMs = 0, silenceMs = 1 } = lifetimes;
  if (!(sessionTtlMs >= 0)) throw new RangeError('sessionTtlMs: use 0 or a number of milliseconds');
  if (!(closedProcessTtlMs >= 0))
    throw new RangeError('closedProcessTtlMs: use 0 or a number of milliseconds');
  if (!(silenceMs > 0)) throw new RangeError('silenceMs: use a number of milliseconds, more than 0');
  return lifetimes;
}

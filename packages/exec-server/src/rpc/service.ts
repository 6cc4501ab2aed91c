import {
  asSessionId,
  type ConnectionId,
  type Extensions,
  grantExtensions,
  type initialize,
  offeredExtensions,
  type ParamsOf,
} from '@holdfast/exec-protocol';
import type { OperatorCeiling } from '@holdfast/sandbox';
import { networkOf } from '@holdfast/sandbox/internal';
import type { Clock } from '../clock.js';
import type { ConfinedFiles } from '../confined-files.js';
import { FileHandles } from '../fs/open/file-handles.js';
import type { DirectoryWatches } from '../fs/watch/directory-watches.js';
import { MissingWatches } from '../fs/watch/missing-watches.js';
import type { HttpSender } from '../http/http-client.js';
import type { LoopQueue } from '../loop-queue.js';
import type { KeptAnswers } from '../session/kept-answers.js';
import type { Attachment, Session } from '../session/session.js';
import type { SessionOwner, SessionRegistry } from '../session/session-registry.js';
import { AnswerRoom } from './answers/answer-room.js';
import type { AnswerTransport } from './answers/answer-transport.js';
import { ProcessLists } from './answers/process-lists.js';
import type { SharedRoom } from './answers/shared-room.js';
import { AppearedLink } from './appeared-link.js';
import type { FileScope } from './handlers/file-handlers.js';
import { HttpExchange } from './http-exchange.js';
import { LegacyResume } from './legacy-resume.js';
import { EventPush } from './outgoing/event-push.js';
import { PolicyLink, type PolicyLinkOptions } from './policy-link.js';

/** What a connection has once `initialize` was answered. */
export interface Service {
  readonly session: Session;
  readonly extensions: Extensions;
  readonly push: EventPush;
  /** Undefined where requests are carried out as often as they come. */
  readonly answers: KeptAnswers | undefined;
  /** Undefined where there is nothing to go on with, and where the client says from where. */
  readonly legacyResume: LegacyResume | undefined;
  readonly files: FileScope;
  readonly lists: ProcessLists;
  readonly http: HttpExchange;
  readonly policy: PolicyLink;
  readonly appeared: AppearedLink;
}

/** The connection that asks for a session. */
export interface ServiceHost {
  readonly sessions: SessionRegistry;
  readonly clock: Clock;
  readonly transport: AnswerTransport;
  readonly sharedRoom: SharedRoom;
  readonly directoryWatches: DirectoryWatches;
  /** Lists of processes that all connections wait for. */
  readonly listQueue: LoopQueue;
  readonly connection: ConnectionId;
  readonly client: SessionOwner;
  readonly http: HttpSender;
  /** What the operator allows at most. */
  readonly ceiling: OperatorCeiling | undefined;
  readonly confinedFiles: ConfinedFiles;
  /** The executor's own environment. */
  readonly env: Readonly<Record<string, string>>;
  /** Fires when the connection has gone. */
  readonly gone: AbortSignal;
  /** Asks the client about the network of a process. */
  readonly askPolicy: PolicyLinkOptions['ask'];
  /** What a watch of a client waited for has happened. */
  onMissingChanged(watchId: number): void;
  /** Another connection asks for the session: shows that this one lives, or ends it. */
  probe(): void;
}

/**
 * Opens a session for a connection, or resumes one, and agrees on extensions.
 * @throws ExecError when there is no such session, or none to be had.
 */
export function openService(params: ParamsOf<typeof initialize>, host: ServiceHost): Service {
  const { sessions, clock, transport, connection, client } = host;
  const extensions = grantExtensions(params.extensions ?? {}, extensionsFor(params, host));
  const push = new EventPush({ transport, clock, extensions });
  const clientInstance = extensions.replay === undefined ? undefined : params.clientInstance;
  const attachment: Attachment = {
    connection,
    clientInstance,
    hearsAppeared: extensions.sandbox !== undefined,
    onNews: (subscription) => {
      push.add(subscription);
    },
    probe: () => {
      host.probe();
    },
  };
  const { resumeSessionId } = params;
  const isNew = resumeSessionId == null;
  const session = isNew
    ? sessions.open(client, attachment)
    : sessions.resume(asSessionId(resumeSessionId), client, attachment);
  const room = new AnswerRoom(host);
  return {
    session,
    extensions,
    push,
    answers: clientInstance === undefined ? undefined : session.answers(clientInstance),
    legacyResume:
      isNew || extensions.replay !== undefined ? undefined : legacyResume(session, push, extensions, clock),
    policy: new PolicyLink({ desk: session.policy, push, extensions, ask: host.askPolicy }),
    appeared: new AppearedLink({ records: session.appeared, push, extensions }),
    files: fileScope(session, clientInstance !== undefined, extensions, room, host),
    lists: new ProcessLists({ room, queue: host.listQueue, gone: host.gone }),
    http: new HttpExchange({
      client: host.http,
      party: { principal: session.principal, session: session.label },
      env: host.env,
      isForbidden: host.ceiling !== undefined && networkOf(host.ceiling) === 'restricted',
      gone: host.gone,
      transport,
      room,
      onNews: (source) => {
        push.addSource(source);
      },
    }),
  };
}

/** The connection has ended, and what belongs to it alone ends with it. */
export function closeService({ session, push, legacyResume, files, policy, appeared }: Service): void {
  policy.end();
  appeared.end();
  push.stop();
  legacyResume?.stop();
  files.watches.close();
  if (files.handles !== session.files) void files.handles.closeAll();
}

// Who cannot repeat a request whose answer was lost cannot know either what is still open, so it starts anew.
function fileScope(
  session: Session,
  isExactlyOnce: boolean,
  extensions: Extensions,
  room: AnswerRoom,
  host: ServiceHost,
): FileScope {
  return {
    order: session.fileOrder,
    handles: isExactlyOnce ? session.files : new FileHandles({ writers: host.sessions.writers }),
    tellsPermissions: extensions.files !== undefined,
    confined: { placeOf: (sandbox) => host.confinedFiles.placeOf(sandbox, session) },
    watches: new MissingWatches(host.directoryWatches, (id) => {
      host.onMissingChanged(id);
    }),
    room,
    over: isExactlyOnce ? session.ended : AbortSignal.any([session.ended, host.gone]),
    transport: host.transport,
  };
}

/**
 * What is spoken here. Nobody repeats anything who cannot resume, or who cannot be told from others. Nobody goes on with files
 * where all of them are in sandboxes, so a client copies as it does on a server that knows nothing of that.
 */
function extensionsFor(
  { clientInstance }: ParamsOf<typeof initialize>,
  { client, ceiling }: Pick<ServiceHost, 'client' | 'ceiling'>,
): Extensions {
  const { replay, files, ...others } = offeredExtensions();
  return {
    ...others,
    ...(client.isResumable && clientInstance !== undefined && replay !== undefined ? { replay } : {}),
    ...(ceiling === undefined && files !== undefined ? { files } : {}),
  };
}

function legacyResume(
  { processes }: Session,
  push: EventPush,
  { flow }: Extensions,
  clock: Clock,
): LegacyResume {
  return new LegacyResume({
    clock,
    processes,
    hasWindows: flow !== undefined,
    onceArrived: (run) => {
      push.onceArrived(run);
    },
    onAnswered: (subscription) => {
      push.answered(subscription);
    },
  });
}

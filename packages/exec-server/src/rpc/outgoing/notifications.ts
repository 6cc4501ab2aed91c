import {
  CLIENT_NOTIFICATIONS,
  ExecError,
  type ExtensionName,
  type NotificationSpec,
  type ParamsOf,
  parseParams,
} from '@holdfast/exec-protocol';
import type { KeptAnswers } from '../../session/kept-answers.js';
import { moveWindow, type ProcessScope } from '../handlers/process-handlers.js';

/** What the notifications need from their connection. */
export interface NotificationHost {
  /** Whether an extension was agreed on. */
  has(extension: ExtensionName): boolean;
  onInitialized(): void;
  processes(): ProcessScope;
  /** Undefined where none are kept. */
  answers(): KeptAnswers | undefined;
}

/** Takes a notification as it came. @throws ExecError that says why it cannot be taken. */
export type NotificationSink = (method: string, params: unknown) => void;

type NotificationMethod = keyof typeof CLIENT_NOTIFICATIONS;

type Handlers = {
  readonly [M in NotificationMethod]: (params: ParamsOf<(typeof CLIENT_NOTIFICATIONS)[M]>) => unknown;
};

/** Every notification of a client with what takes it. A method without a handler does not compile. */
export function createNotificationSink(host: NotificationHost): NotificationSink {
  const handlers: Handlers = {
    initialized: () => {
      host.onInitialized();
    },
    'session/acknowledge': ({ upToId, unanswered }) => host.answers()?.acknowledge(upToId, unanswered),
    'process/window': (params) => moveWindow(host.processes(), params),
  };
  return (method, params) => {
    if (!isNotification(method)) throw unknownNotification(method);
    const spec: NotificationSpec = CLIENT_NOTIFICATIONS[method];
    if (spec.extension !== undefined && !host.has(spec.extension)) throw unknownNotification(method);
    // The table gives each method the handler of its own types; that relation does not survive the choice.
    const handler = handlers[method] as (params: unknown) => unknown;
    handler(parseParams(spec, params));
  };
}

function isNotification(method: string): method is NotificationMethod {
  return Object.hasOwn(CLIENT_NOTIFICATIONS, method);
}

function unknownNotification(method: string): ExecError {
  return new ExecError(
    'methodUnknown',
    `${JSON.stringify(method)} is not a notification that this server takes`,
  );
}

import * as z from 'zod';
import type { NotificationSpec, RequestSpec } from './methods/define.js';
import { CLIENT_NOTIFICATIONS, REQUESTS, SERVER_NOTIFICATIONS, SERVER_REQUESTS } from './methods/table.js';

/** One message of the wire, with its shapes as JSON Schema. */
export interface MessageSchema {
  readonly method: string;
  readonly kind: 'request' | 'notification';
  readonly direction: 'clientToServer' | 'serverToClient';
  readonly family: string;
  readonly summary: string;
  /** The extension without which the message does not exist; null for the base wire. */
  readonly extension: string | null;
  readonly params: object;
  /** Absent for notifications. */
  readonly result?: object;
}

/** Every message of the wire, from the tables that the code itself uses. */
export function protocolSchema(): readonly MessageSchema[] {
  return [
    ...Object.values<RequestSpec>(REQUESTS).map(requestSchema),
    ...Object.values<RequestSpec>(SERVER_REQUESTS).map(requestSchema),
    ...Object.values<NotificationSpec>(CLIENT_NOTIFICATIONS).map(notificationSchema),
    ...Object.values<NotificationSpec>(SERVER_NOTIFICATIONS).map(notificationSchema),
  ];
}

function requestSchema(spec: RequestSpec): MessageSchema {
  return {
    ...notificationSchema({ ...spec, type: 'notification' }),
    kind: 'request',
    result: wireSchema(spec.result),
  };
}

function notificationSchema(spec: NotificationSpec): MessageSchema {
  return {
    method: spec.method,
    kind: spec.type,
    direction: spec.direction,
    family: spec.family,
    summary: spec.summary,
    extension: spec.extension ?? null,
    params: wireSchema(spec.params),
  };
}

function wireSchema(schema: z.ZodType): object {
  const {
    $schema: _dialect,
    '~standard': _standard,
    ...shape
  } = z.toJSONSchema(schema, { io: 'input' }) as Record<string, unknown>;
  return shape;
}

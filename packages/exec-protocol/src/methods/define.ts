import type * as z from 'zod';
import type { ExtensionName } from '../extensions.js';

/** Groups methods in handshake errors and in the reference. */
export type MethodFamily = 'session' | 'process' | 'environment' | 'fs' | 'http' | 'network' | 'sandbox';

/** Who may send a message. */
export type Direction = 'clientToServer' | 'serverToClient';

/** One request of the wire: its name and the shapes of what goes in and comes back. */
export interface RequestSpec<P extends z.ZodType = z.ZodType, R extends z.ZodType = z.ZodType> {
  readonly type: 'request';
  readonly method: string;
  readonly family: MethodFamily;
  readonly direction: Direction;
  readonly summary: string;
  readonly params: P;
  readonly result: R;
  /** Without it the method answers "unknown method" on this connection. */
  readonly extension?: ExtensionName;
  /** It changes something: under the `replay` extension it is carried out once, however often it is sent. */
  readonly mutates?: true;
}

/** One notification of the wire. */
export interface NotificationSpec<P extends z.ZodType = z.ZodType> {
  readonly type: 'notification';
  readonly method: string;
  readonly family: MethodFamily;
  readonly direction: Direction;
  readonly summary: string;
  readonly params: P;
  readonly extension?: ExtensionName;
}

/** What a handler of this message receives. */
export type ParamsOf<S extends RequestSpec | NotificationSpec> = z.output<S['params']>;

/** What a handler of this request returns. */
export type ResultOf<S extends RequestSpec> = z.output<S['result']>;

/** Keeps the exact types of a request's schemas. */
export function defineRequest<P extends z.ZodType, R extends z.ZodType>(
  spec: Omit<RequestSpec<P, R>, 'type'>,
): RequestSpec<P, R> {
  return { type: 'request', ...spec };
}

/** Keeps the exact types of a notification's schema. */
export function defineNotification<P extends z.ZodType>(
  spec: Omit<NotificationSpec<P>, 'type'>,
): NotificationSpec<P> {
  return { type: 'notification', ...spec };
}

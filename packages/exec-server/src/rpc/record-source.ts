import { encodeNotification, type NotificationSpec, type ParamsOf } from '@holdfast/exec-protocol';
import type { MessageSource } from './outgoing/outbox.js';

/** Sends what waits, each as a notification. @param take The next one; undefined when there is none for now. */
export function recordSource<S extends NotificationSpec>(
  { method }: S,
  take: () => ParamsOf<S> | undefined,
): MessageSource {
  return {
    take: () => {
      const record = take();
      return record === undefined ? undefined : encodeNotification(method, record);
    },
    onSent: () => undefined,
  };
}

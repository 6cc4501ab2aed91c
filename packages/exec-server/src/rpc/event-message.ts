import {
  type Extensions,
  encodeBase64,
  encodeNotification,
  encodeOutputNotification,
  type ProcessId,
} from '@holdfast/exec-protocol';
import type { LogEvent } from '../process/event-log.js';

/** One event of a process as the notification that a connection with these extensions may see. */
export function eventMessage(processId: ProcessId, event: LogEvent, extensions: Extensions): string {
  const { seq } = event;
  switch (event.type) {
    case 'output':
      return encodeOutputNotification(processId, seq, event.stream, encodeBase64(event.bytes));
    case 'exited': {
      const signal = extensions.signals === undefined ? {} : { signal: event.signal };
      return encodeNotification('process/exited', {
        processId,
        seq,
        exitCode: event.exitCode,
        sandboxDenied: false,
        ...signal,
      });
    }
    case 'closed':
      return encodeNotification('process/closed', { processId, seq });
  }
}

import {
  type Extensions,
  encodeBase64,
  encodeNotification,
  encodeOutputNotification,
} from '@holdfast/exec-protocol';
import type { GapEvent } from '../../process/follow/push-cursor.js';
import type { Subscription } from '../../process/follow/subscription.js';
import type { ExitedEvent, LogEvent } from '../../process/log/log-entry.js';

/**
 * One event as the notification that a connection with these extensions may see, or undefined where it may see nothing
 * of it: without the gap extension a reader finds out by the numbers.
 */
export function eventMessage(
  { id: processId, process }: Subscription,
  event: LogEvent | GapEvent,
  extensions: Extensions,
): string | undefined {
  switch (event.type) {
    case 'output':
      return encodeOutputNotification(processId, event.seq, event.stream, encodeBase64(event.bytes));
    case 'resized':
      if (extensions.pty === undefined) return encodeOutputNotification(processId, event.seq, 'pty', '');
      return encodeNotification('process/resized', { processId, seq: event.seq, size: event.size });
    case 'gap': {
      const { type: _type, ...facts } = event;
      return extensions.gap === undefined
        ? undefined
        : encodeNotification('process/gap', { processId, ...facts });
    }
    case 'exited':
      return encodeNotification('process/exited', { processId, ...endOf(event, extensions) });
    case 'closed': {
      const bytes = extensions.gap === undefined ? {} : { bytes: process.log.totals };
      const holders =
        extensions.drain === undefined || process.holders === undefined ? {} : { holders: process.holders };
      return encodeNotification('process/closed', { processId, seq: event.seq, ...bytes, ...holders });
    }
  }
}

function endOf({ seq, exitCode, signal, denial }: ExitedEvent, extensions: Extensions): object {
  return {
    seq,
    exitCode,
    sandboxDenied: denial !== undefined,
    ...(extensions.sandbox === undefined || denial === undefined ? {} : { denial }),
    ...(extensions.signals === undefined ? {} : { signal }),
  };
}

import {
  type ProcessId,
  parseParams,
  processClosed,
  processExited,
  processGap,
  processOutput,
  processResized,
} from '@holdfast/exec-protocol';
import type { ProcessSink } from './link.js';

/**
 * Hands what the server tells of a process to the sink of that process. What this build does not know is left out.
 * @returns whether it was about a process.
 * @throws ExecError `invalidParams` when it has not the shape that it must have.
 */
export function deliver(
  method: string,
  params: unknown,
  sinkOf: (id: ProcessId) => ProcessSink | undefined,
): boolean {
  switch (method) {
    case processOutput.method: {
      const event = parseParams(processOutput, params);
      sinkOf(event.processId)?.onOutput(event);
      return true;
    }
    case processResized.method: {
      const event = parseParams(processResized, params);
      sinkOf(event.processId)?.onResized(event);
      return true;
    }
    case processGap.method: {
      const event = parseParams(processGap, params);
      sinkOf(event.processId)?.onGap(event);
      return true;
    }
    case processExited.method: {
      const event = parseParams(processExited, params);
      sinkOf(event.processId)?.onExited(event);
      return true;
    }
    case processClosed.method: {
      const event = parseParams(processClosed, params);
      sinkOf(event.processId)?.onClosed(event);
      return true;
    }
    default:
      return false;
  }
}

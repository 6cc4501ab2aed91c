import {
  fsMissingChanged,
  httpBodyDelta,
  networkPolicyDecision,
  type ParamsOf,
  type ProcessId,
  parseParams,
  processClosed,
  processExited,
  processGap,
  processOutput,
  processResized,
  sandboxAppeared,
} from '@holdfast/exec-protocol';
import type { BodySink, NetworkSink, ProcessSink, WatchSink } from './link.js';

/** Who waits for what. */
export interface Sinks {
  process(id: ProcessId): ProcessSink | undefined;
  body(requestId: string): BodySink | undefined;
  watch(watchId: number): WatchSink | undefined;
  network(id: ProcessId): NetworkSink | undefined;
  appeared(report: ParamsOf<typeof sandboxAppeared>): void;
}

/**
 * Hands what the server tells to whoever waits for it. What this build does not know is left out.
 * @returns whether it is something that this build knows.
 * @throws ExecError `invalidParams` when it has not the shape that it must have.
 */
export function deliver(method: string, params: unknown, sinks: Sinks): boolean {
  return deliverOfProcess(method, params, sinks) || deliverOther(method, params, sinks);
}

function deliverOther(method: string, params: unknown, sinks: Sinks): boolean {
  switch (method) {
    case httpBodyDelta.method: {
      const delta = parseParams(httpBodyDelta, params);
      sinks.body(delta.requestId)?.onDelta(delta);
      return true;
    }
    case fsMissingChanged.method: {
      sinks.watch(parseParams(fsMissingChanged, params).watchId)?.onChanged();
      return true;
    }
    case networkPolicyDecision.method: {
      const record = parseParams(networkPolicyDecision, params);
      sinks.network(record.processId)?.onDecision(record);
      return true;
    }
    case sandboxAppeared.method: {
      sinks.appeared(parseParams(sandboxAppeared, params));
      return true;
    }
    default:
      return false;
  }
}

function deliverOfProcess(method: string, params: unknown, sinks: Sinks): boolean {
  switch (method) {
    case processOutput.method: {
      const event = parseParams(processOutput, params);
      sinks.process(event.processId)?.onOutput(event);
      return true;
    }
    case processResized.method: {
      const event = parseParams(processResized, params);
      sinks.process(event.processId)?.onResized(event);
      return true;
    }
    case processGap.method: {
      const event = parseParams(processGap, params);
      sinks.process(event.processId)?.onGap(event);
      return true;
    }
    case processExited.method: {
      const event = parseParams(processExited, params);
      sinks.process(event.processId)?.onExited(event);
      return true;
    }
    case processClosed.method: {
      const event = parseParams(processClosed, params);
      sinks.process(event.processId)?.onClosed(event);
      return true;
    }
    default:
      return false;
  }
}

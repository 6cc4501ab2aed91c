import {
  asProcessId,
  httpRequest,
  type ParamsOf,
  type ProcessId,
  processAttach,
  processCloseStdin,
  processStart,
  processWrite,
  type RequestSpec,
  type ResultOf,
} from '@holdfast/exec-protocol';
import type { Connection } from '../connection/connection.js';
import { createDeferred } from '../deferred.js';

/** One request from the moment it is asked for until it is settled, over however many connections. */
export interface Call {
  readonly spec: RequestSpec;
  readonly lane: Lane;
  /** The process that it makes known to the server, if that is what it does. */
  readonly opens: ProcessId | undefined;
  /** The streamed response that it asks for, if that is what it does. */
  readonly bodyId: string | undefined;
  /** Belongs to one connection, and is never repeated. */
  readonly isBound: boolean;
  /** Nobody waits for the answer any more. */
  isForgotten: boolean;
  /** Connections in a row that were refused while it was under way. */
  refusals: number;
  /** Sends it. `onAnswer` is called when it has been answered, not when the connection ended. */
  send(connection: Connection, id: number, onAnswer: (settle: () => void) => void): void;
  fail(reason: unknown): void;
}

/** A call with the answer that its caller waits for. */
export interface TypedCall<S extends RequestSpec> extends Call {
  readonly answer: Promise<ResultOf<S>>;
}

/** Stdin that nobody reads may wait for long, and must not keep other requests from being sent. */
export type Lane = 'stdin' | 'other';

const STDIN: ReadonlySet<string> = new Set([processWrite.method, processCloseStdin.method]);
const OPENINGS: ReadonlySet<string> = new Set([processStart.method, processAttach.method]);

/** A call that has not been sent. */
export function createCall<S extends RequestSpec>(
  spec: S,
  params: ParamsOf<S>,
  { isBound = false }: { readonly isBound?: boolean } = {},
): TypedCall<S> {
  const answer = createDeferred<ResultOf<S>>();
  return {
    spec,
    lane: STDIN.has(spec.method) ? 'stdin' : 'other',
    opens: OPENINGS.has(spec.method) ? processIdIn(params) : undefined,
    bodyId: spec.method === httpRequest.method ? textIn(params, 'requestId') : undefined,
    isBound,
    isForgotten: false,
    refusals: 0,
    answer: answer.promise,
    send(connection, id, onAnswer) {
      connection.request(spec, params, { id }).then(
        (result) => {
          onAnswer(() => {
            answer.resolve(result);
          });
        },
        (error: unknown) => {
          if (connection.isEndOf(error)) return;
          onAnswer(() => {
            answer.reject(error);
          });
        },
      );
    },
    fail(reason) {
      answer.reject(reason);
    },
  };
}

function processIdIn(params: unknown): ProcessId | undefined {
  const id = textIn(params, 'processId');
  return id === undefined ? undefined : asProcessId(id);
}

function textIn(params: unknown, name: string): string | undefined {
  const value = Object.entries(params ?? {}).find(([key]) => key === name)?.[1] as unknown;
  return typeof value === 'string' ? value : undefined;
}

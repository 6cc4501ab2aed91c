import { ExecError } from '@holdfast/exec-protocol';

/** What a call may ask for. */
export type CallKind =
  | 'connect'
  | 'start'
  | 'join'
  | 'write'
  | 'end'
  | 'signal'
  | 'resize'
  | 'terminate'
  | 'leave'
  | 'exited'
  | 'closed'
  | 'exec'
  | 'close';

/** How a call ended. */
export type Outcome =
  | { readonly type: 'success'; readonly value: unknown }
  | { readonly type: 'failure'; readonly kind: string; readonly message: string };

/** A promise that a client was given. */
export interface Call {
  readonly kind: CallKind;
  readonly process: string;
  /** Tells calls of one kind apart: the number of a write, the rows of a size, the name of a signal. */
  readonly detail: string;
  readonly madeAtMs: number;
  settledAtMs: number | undefined;
  outcome: Outcome | undefined;
}

/** Every call that a client made, in order. */
export class Calls {
  readonly all: Call[] = [];
  readonly #now: () => number;
  readonly #trace: (text: string) => void;

  constructor(now: () => number, trace: (text: string) => void) {
    this.#now = now;
    this.#trace = trace;
  }

  get pending(): readonly Call[] {
    return this.all.filter(({ outcome }) => outcome === undefined);
  }

  /** Follows a promise to its end. */
  add(kind: CallKind, process: string, detail: string, promise: Promise<unknown>): Call {
    const call: Call = {
      kind,
      process,
      detail,
      madeAtMs: this.#now(),
      settledAtMs: undefined,
      outcome: undefined,
    };
    this.all.push(call);
    this.#trace(`calls ${kind} ${process} ${detail}`);
    promise.then(
      (value) => {
        this.#settle(call, { type: 'success', value });
      },
      (error: unknown) => {
        this.#settle(call, failureOf(error));
      },
    );
    return call;
  }

  #settle(call: Call, outcome: Outcome): void {
    call.settledAtMs = this.#now();
    call.outcome = outcome;
    const { kind, process, detail } = call;
    const how = outcome.type === 'success' ? 'done' : `${outcome.kind}: ${outcome.message}`;
    this.#trace(`has ${kind} ${process} ${detail} → ${how}`);
  }
}

/** What a promise failed with. Anything but an ExecError is a bug, and shows as one. */
export function failureOf(error: unknown): Outcome & { readonly type: 'failure' } {
  if (error instanceof ExecError) return { type: 'failure', kind: error.kind, message: error.message };
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return { type: 'failure', kind: `not an ExecError`, message: text };
}

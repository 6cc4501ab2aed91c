import type { Readable } from 'node:stream';
import type { ProcessHandle } from '@holdfast/exec-client';
import { ExecError } from '@holdfast/exec-protocol';
import type { DetachKeys } from '../terminal/detach-keys.js';
import type { Report } from './report.js';

/** How stdin is passed on. */
export interface PassOptions {
  readonly report: Report;
  /** Whether stdin of the process ends with an input that held nothing. */
  readonly endsWhenEmpty: boolean;
  /** Keys that end this, and are passed on to nobody. */
  readonly detachKeys?: DetachKeys;
}

/** Writes input to a process until it ends. @returns whether the detach keys were typed. */
export async function passStdin(
  stdin: Readable,
  handle: ProcessHandle,
  { report, endsWhenEmpty, detachKeys }: PassOptions,
): Promise<boolean> {
  let isEmpty = true;
  try {
    for await (const chunk of stdin) {
      isEmpty = false;
      const typed = detachKeys?.type(chunk as Uint8Array) ?? {
        bytes: chunk as Uint8Array,
        isDetached: false,
      };
      if (typed.bytes.length > 0) await handle.write(typed.bytes);
      if (typed.isDetached) return true;
    }
    if (endsWhenEmpty || !isEmpty) await handle.end();
  } catch (error) {
    if (!isItsOwnAffair(error)) report.failed(error);
  }
  return false;
}

// A command may end, or close its stdin, before it has read everything, and then its client is closed; a terminal may hang up.
const OVER: ReadonlySet<unknown> = new Set(['stdinClosed', 'stdinBroken', 'processUnknown', 'clientClosed']);
const GONE: ReadonlySet<unknown> = new Set(['ERR_STREAM_PREMATURE_CLOSE', 'EIO']);

function isItsOwnAffair(error: unknown): boolean {
  if (error instanceof ExecError) return OVER.has(error.kind);
  return error instanceof Error && 'code' in error && GONE.has(error.code);
}

import { ExecError } from '@holdfast/exec-protocol';
import type { ExecResult } from './result.js';

/** A command ended, but not with success; the kind is `exitFailure`. */
export class ExitError extends ExecError {
  override readonly name = 'ExitError';
  /** Everything that is known of the command. Output is text here, whatever encoding was asked for. */
  readonly result: ExecResult;

  constructor(argv: readonly string[], result: ExecResult) {
    super('exitFailure', describe(argv, result));
    this.result = result;
  }
}

// Enough to see what went wrong, little enough to be printed.
const SHOWN_COMMAND_LENGTH = 200;
const SHOWN_STDERR_LENGTH = 2_000;

function describe(argv: readonly string[], result: ExecResult): string {
  const command = argv.map(quoteIfNeeded).join(' ');
  const shown =
    command.length > SHOWN_COMMAND_LENGTH ? `${command.slice(0, SHOWN_COMMAND_LENGTH)}…` : command;
  const tail = tailOf(result.stderr.trimEnd());
  return `${shown}: ${howItEnded(result)}${tail === '' ? '' : `\n${tail}`}`;
}

function howItEnded({ cause, signal, exitCode, durationMs }: ExecResult): string {
  const end = signal === null ? `exit code ${exitCode}` : `${signal}, exit code ${exitCode}`;
  switch (cause) {
    case 'exit':
      return `failed with ${end}`;
    case 'signal':
      return `was ended by ${end}`;
    case 'timeout':
      return `was terminated at its time limit, after ${Math.round(durationMs)} ms (${end})`;
    case 'canceled':
      return `was canceled (${end})`;
  }
}

function tailOf(text: string): string {
  if (text.length <= SHOWN_STDERR_LENGTH) return text;
  const tail = text.slice(-SHOWN_STDERR_LENGTH);
  // From the first whole line on, unless there is none.
  return `…${tail.slice(tail.indexOf('\n') + 1)}`;
}

function quoteIfNeeded(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : JSON.stringify(word);
}

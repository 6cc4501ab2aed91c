import {
  ExecError,
  type ExtensionName,
  type ProcessId,
  processCloseStdin,
  processDetach,
  processRead,
  processResize,
  processSignal,
  processTerminate,
  processWindow,
  processWrite,
  type SignalName,
  type TerminalSize,
} from '@holdfast/exec-protocol';
import type { Link } from '../connection/link.js';
import type { SignalOptions, TerminateOptions } from './handle.js';
import type { StdinPort } from './stdin-writer.js';
import type { ReadAnswer } from './views/view-source.js';

/** What a view asks for in one read, in bytes. */
const READ_BYTES = 1024 * 1024;

/** Writes under way at once towards a server that keeps their order. */
const WRITE_DEPTH = 4;

/** Reads a page of retained events. */
export function readEvents(
  link: Link,
  id: ProcessId,
  afterSeq: number,
  signal: AbortSignal,
): Promise<ReadAnswer> {
  return link.request(processRead, { processId: id, afterSeq, maxBytes: READ_BYTES }, signal);
}

/** Acknowledges output and says how much more may come. */
export function sendWindow(link: Link, id: ProcessId, ackSeq: number, windowBytes: number): void {
  link.notify(processWindow, { processId: id, ackSeq, windowBytes });
}

/** Where stdin of a process goes. */
export function stdinPort(link: Link, id: ProcessId): StdinPort {
  return {
    // The reference server answers writes in whatever order, and that is the order in which they reach the child.
    depth: canSignal(link) ? WRITE_DEPTH : 1,
    async write(chunk, writeId) {
      const { status } = await link.request(processWrite, { processId: id, chunk, writeId });
      return status;
    },
    end: () => link.request(processCloseStdin, { processId: id }),
  };
}

/** @throws ExecError `unsupported` when the server has no way to end stdin. */
export function requireEndOfStdin(link: Link): void {
  requireExtension(link, 'signals', 'end the stdin of a process');
}

/** @throws ExecError `unsupported` without the extension; `ability` says what the server cannot do then. */
export function requireExtension(link: Link, name: ExtensionName, ability: string): void {
  if (link.extensions[name] !== undefined) return;
  throw new ExecError('unsupported', `the server cannot ${ability}; use a server with the ${name} extension`);
}

/** @throws ExecError `unsupported` when the server knows no other signal than SIGINT to the group. */
export async function sendSignal(
  link: Link,
  id: ProcessId,
  name: SignalName,
  { target, signal }: SignalOptions,
): Promise<void> {
  if (canSignal(link)) {
    const params = { processId: id, signal: name, ...(target === undefined ? {} : { target }) };
    await link.request(processSignal, params, signal);
    return;
  }
  if (name !== 'SIGINT' || (target ?? 'group') !== 'group') {
    const what = target === undefined ? name : `${name} to the ${target}`;
    throw new ExecError(
      'unsupported',
      `the server cannot send ${what}; without the signals extension there is only SIGINT to the group`,
    );
  }
  await link.request(processSignal, { processId: id, signal: 'interrupt' }, signal);
}

/** @returns whether the process was running. */
export async function terminate(
  link: Link,
  id: ProcessId,
  { graceMs, signal }: TerminateOptions,
): Promise<boolean> {
  const grace = graceMs === undefined || !canSignal(link) ? {} : { graceMs };
  const { running } = await link.request(processTerminate, { processId: id, ...grace }, signal);
  return running;
}

/** Changes the size of a terminal. @throws ExecError `unsupported` when the server cannot. */
export async function resize(
  link: Link,
  id: ProcessId,
  size: TerminalSize,
  signal: AbortSignal | undefined,
): Promise<void> {
  requireExtension(link, 'pty', 'change the size of a terminal');
  await link.request(processResize, { processId: id, size }, signal);
}

/** Leaves a process that was joined. */
export async function detach(link: Link, id: ProcessId): Promise<void> {
  await link.request(processDetach, { processId: id });
}

function canSignal(link: Link): boolean {
  return link.extensions.signals !== undefined;
}

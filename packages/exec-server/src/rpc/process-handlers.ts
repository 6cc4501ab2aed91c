import {
  ExecError,
  type Extensions,
  KILL_GRACE_MS,
  type ParamsOf,
  type processCloseStdin,
  type processRead,
  type processSignal,
  type processStart,
  type processTerminate,
  type processWindow,
  type processWrite,
  type ResultOf,
} from '@holdfast/exec-protocol';
import type { ProcessTable } from '../process/process-table.js';
import type { StdinGate } from './stdin-gate.js';

/** What the process methods of one connection work with. */
export interface ProcessScope {
  readonly processes: ProcessTable;
  readonly extensions: Extensions;
  readonly stdinGate: StdinGate;
  /** Fires when the connection has gone. */
  readonly gone: AbortSignal;
}

export async function startProcess(
  { processes, extensions }: ProcessScope,
  params: ParamsOf<typeof processStart>,
): Promise<ResultOf<typeof processStart>> {
  await processes.start(params, extensions.flow === undefined ? undefined : (params.windowBytes ?? 0));
  return { processId: params.processId, sandboxType: 'none' };
}

export async function readProcess(
  { processes, gone }: ProcessScope,
  params: ParamsOf<typeof processRead>,
): Promise<ResultOf<typeof processRead>> {
  const process = await processes.get(params.processId);
  const page = await process.polls.read({
    afterSeq: params.afterSeq ?? 0,
    maxBytes: params.maxBytes ?? undefined,
    waitMs: params.waitMs ?? 0,
    signal: gone,
  });
  return {
    ...page,
    chunks: page.chunks.map(({ seq, stream, bytes }) => ({ seq, stream, chunk: bytes })),
    failure: null,
    sandboxDenied: false,
  };
}

export async function writeProcess(
  { processes, stdinGate }: ProcessScope,
  { processId, writeId, chunk }: ParamsOf<typeof processWrite>,
): Promise<ResultOf<typeof processWrite>> {
  const process = await processes.find(processId);
  if (process === undefined) return { status: 'unknownProcess' };
  return { status: await stdinGate.pass(chunk.length, process.write(writeId, chunk)) };
}

export async function closeProcessStdin(
  { processes }: ProcessScope,
  { processId }: ParamsOf<typeof processCloseStdin>,
): Promise<ResultOf<typeof processCloseStdin>> {
  const process = await processes.find(processId);
  return { status: process === undefined ? 'unknownProcess' : process.closeStdin() };
}

export async function signalProcess(
  { processes, extensions }: ProcessScope,
  { processId, signal, target }: ParamsOf<typeof processSignal>,
): Promise<ResultOf<typeof processSignal>> {
  if (extensions.signals === undefined && signal !== 'interrupt') {
    throw new ExecError(
      'invalidParams',
      'process/signal: signal: "interrupt" is the only one without the signals extension; offer it in initialize',
    );
  }
  const process = await processes.find(processId);
  process?.signal(signal === 'interrupt' ? 'SIGINT' : signal, target ?? 'group');
  return {};
}

export async function terminateProcess(
  { processes, extensions }: ProcessScope,
  { processId, graceMs }: ParamsOf<typeof processTerminate>,
): Promise<ResultOf<typeof processTerminate>> {
  const process = await processes.find(processId);
  const ladder = extensions.signals === undefined ? undefined : (graceMs ?? KILL_GRACE_MS);
  return { running: process?.terminate(ladder) ?? false };
}

/** A window for a process that has gone meanwhile is no error: it was sent before the client could know. */
export async function moveWindow(
  { processes }: ProcessScope,
  { processId, ackSeq, windowBytes }: ParamsOf<typeof processWindow>,
): Promise<void> {
  (await processes.find(processId))?.acknowledge(ackSeq, windowBytes);
}

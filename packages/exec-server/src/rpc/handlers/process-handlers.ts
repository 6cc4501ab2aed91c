import {
  ExecError,
  type Extensions,
  KILL_GRACE_MS,
  type ParamsOf,
  type PreparedAnswer,
  type processAttach,
  type processCloseStdin,
  type processDetach,
  type processList,
  type processRead,
  type processResize,
  type processSignal,
  type processStart,
  type processTerminate,
  type processWindow,
  type processWrite,
  type ResultOf,
  type SandboxReport,
  type WireId,
} from '@holdfast/exec-protocol';
import type { FileOrder } from '../../fs/file-order.js';
import type { ProcessTable } from '../../process/process-table.js';
import type { AnswerRoom } from '../answers/answer-room.js';
import type { ProcessLists } from '../answers/process-lists.js';
import type { ReadAnswers } from '../answers/read-answers.js';
import type { LegacyResume } from '../legacy-resume.js';
import { summaryOf } from './process-summary.js';

/** What the wire calls the sandbox of this machine, whether the intent restricts anything or not. */
const SANDBOX_TYPE = process.platform === 'linux' ? 'linuxSeccomp' : 'none';

type StartAnswer = ResultOf<typeof processStart>;

/** What the process methods of one connection work with. */
export interface ProcessScope {
  readonly processes: ProcessTable;
  readonly extensions: Extensions;
  readonly readAnswers: ReadAnswers;
  readonly lists: ProcessLists;
  readonly room: Pick<AnswerRoom, 'use'>;
  /** Fires when the connection has gone. */
  readonly gone: AbortSignal;
  /** What decides where events go on, on a resumed connection that cannot say so itself. */
  readonly legacyResume: LegacyResume | undefined;
  /** What was asked of files before a start is done before it, and what comes after it waits for it. */
  readonly fileOrder: FileOrder;
}

export async function startProcess(
  { processes, extensions, gone, fileOrder }: ProcessScope,
  params: ParamsOf<typeof processStart>,
): Promise<StartAnswer> {
  const windowBytes = windowOf(params.windowBytes, extensions);
  const started = processes.start(params, { windowBytes, gone, after: fileOrder.changes });
  fileOrder.holdChanges(started);
  const report = await started;
  return {
    processId: params.processId,
    // Without one, an operator's ceiling may confine it.
    sandboxType: params.sandbox == null && report === undefined ? 'none' : SANDBOX_TYPE,
    ...(extensions.sandbox === undefined || report === undefined ? {} : { sandboxReport: reportOf(report) }),
  };
}

function reportOf({ narrowed, notes, ...counts }: SandboxReport): StartAnswer['sandboxReport'] {
  return { narrowed: [...narrowed], notes: [...notes], ...counts };
}

export async function readProcess(
  { processes, gone, extensions, readAnswers, legacyResume }: ProcessScope,
  params: ParamsOf<typeof processRead>,
  id: WireId,
): Promise<PreparedAnswer> {
  const subscription = await processes.get(params.processId);
  const { log, polls } = subscription.process;
  const read = legacyResume?.read(subscription);
  let nextSeq: number | undefined;
  try {
    const afterSeq = params.afterSeq ?? 0;
    const maxBytes = params.maxBytes ?? undefined;
    await polls.wait({ afterSeq, waitMs: params.waitMs ?? 0, signal: gone });
    const limits = read?.limits;
    const answer = await readAnswers.answer(log, { id, afterSeq, maxBytes, limits, extensions, gone });
    ({ nextSeq } = answer);
    return answer.prepared;
  } finally {
    read?.answered(nextSeq);
  }
}

function windowOf(windowBytes: number | undefined, extensions: Extensions): number | undefined {
  return extensions.flow === undefined ? undefined : (windowBytes ?? 0);
}

export async function listProcesses({
  processes,
  lists,
}: ProcessScope): Promise<ResultOf<typeof processList>> {
  return { processes: await lists.answer(() => processes.list()) };
}

export function attachProcess(
  { processes, extensions }: ProcessScope,
  { processId, ref, afterSeq, windowBytes }: ParamsOf<typeof processAttach>,
): ResultOf<typeof processAttach> {
  const process = processes.attach(processId, ref, afterSeq ?? 0, windowOf(windowBytes, extensions));
  return { process: summaryOf(process) };
}

export async function detachProcess(
  { processes }: ProcessScope,
  { processId }: ParamsOf<typeof processDetach>,
): Promise<ResultOf<typeof processDetach>> {
  // What was asked of the process before looks for it in the same way, and so comes first.
  await processes.find(processId);
  processes.detach(processId);
  return {};
}

export async function resizeProcess(
  { processes }: ProcessScope,
  { processId, size }: ParamsOf<typeof processResize>,
): Promise<ResultOf<typeof processResize>> {
  (await processes.get(processId)).process.resize(size);
  return {};
}

export async function writeProcess(
  { processes }: ProcessScope,
  { processId, writeId, chunk }: ParamsOf<typeof processWrite>,
): Promise<ResultOf<typeof processWrite>> {
  const found = await processes.find(processId);
  if (found === undefined) return { status: 'unknownProcess' };
  return { status: await found.process.write(writeId, chunk) };
}

export async function closeProcessStdin(
  { processes }: ProcessScope,
  { processId }: ParamsOf<typeof processCloseStdin>,
): Promise<ResultOf<typeof processCloseStdin>> {
  const found = await processes.find(processId);
  return { status: found === undefined ? 'unknownProcess' : await found.process.closeStdin() };
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
  // Nothing that it could be sent first would change what becomes of it.
  if (signal === 'SIGKILL') processes.callOff(processId);
  const found = await processes.find(processId);
  found?.process.signal(signal === 'interrupt' ? 'SIGINT' : signal, target ?? 'group');
  return {};
}

export async function terminateProcess(
  { processes, extensions }: ProcessScope,
  { processId, graceMs }: ParamsOf<typeof processTerminate>,
): Promise<ResultOf<typeof processTerminate>> {
  processes.callOff(processId);
  const found = await processes.find(processId);
  const ladder = extensions.signals === undefined ? undefined : (graceMs ?? KILL_GRACE_MS);
  return { running: found?.process.terminate(ladder) ?? false };
}

/** A window for a process that has gone meanwhile is no error: it was sent before the client could know. */
export async function moveWindow(
  { processes }: ProcessScope,
  { processId, ackSeq, windowBytes }: ParamsOf<typeof processWindow>,
): Promise<void> {
  (await processes.find(processId))?.acknowledge(ackSeq, windowBytes);
}

import {
  ERROR_KINDS,
  ExecError,
  type ProcessId,
  processRead,
  processTerminate,
  type ResultOf,
  sessionReplay,
} from '@holdfast/exec-protocol';
import type { Connection } from '../connection/connection.js';
import type { ProcessSink, ResumePoint } from '../connection/link.js';
import { type Call, createCall, type TypedCall } from '../requests/call.js';

/** What it took to go on over another connection. */
export interface Resumption {
  /** Events that happened without a link and are told now. */
  readonly replayedEvents: number;
  /** Processes of which some events are no longer retained. */
  readonly gaps: number;
  /** Requests that were sent again. */
  readonly repeatedRequests: number;
  /** Processes that the server does not know any more. */
  readonly lostProcesses: number;
}

/** A process whose events have to go on. */
export interface OpenProcess {
  readonly id: ProcessId;
  readonly sink: ProcessSink;
  readonly point: ResumePoint;
}

/** What a replay needs to know of the session. */
export interface ReplayHost {
  readonly hasWindows: boolean;
  /**
   * Processes of which what makes them known is still unanswered: it is no loss when they are not known. The answer may come
   * after that of a start which is sent again behind it.
   */
  readonly opening: ReadonlySet<ProcessId>;
  /** Sends what comes behind the positions. @returns how many requests are sent again. */
  readonly repeat: () => number;
}

/** Has the server push what happened. @throws ExecError when it refuses. */
export async function replay(
  connection: Connection,
  open: readonly OpenProcess[],
  { hasWindows, opening, repeat }: ReplayHost,
): Promise<Resumption> {
  const cursors = open.map(({ id, point: { afterSeq, windowBytes } }) => ({
    processId: id,
    afterSeq,
    ...(hasWindows ? { windowBytes } : {}),
  }));
  const answered = connection.request(sessionReplay, { cursors });
  const repeatedRequests = repeat();
  const { processes, missing } = await answered;
  const byId = new Map(open.map((process) => [process.id, process]));
  let replayedEvents = 0;
  let gaps = 0;
  for (const { processId, firstSeq, nextSeq } of processes) {
    const point = byId.get(processId)?.point;
    if (point === undefined || (hasWindows && point.windowBytes === 0)) continue;
    replayedEvents += Math.max(0, nextSeq - Math.max(firstSeq, point.afterSeq + 1));
    if (firstSeq > point.afterSeq + 1) gaps += 1;
  }
  const lost = missing.filter((id) => !opening.has(id));
  for (const id of lost) byId.get(id)?.sink.onLost(unknownProcess(id));
  return { replayedEvents, gaps, repeatedRequests, lostProcesses: lost.length };
}

/** What a catch-up needs of the session. */
export interface CatchUpHost {
  /** Processes that may run though their start has failed. */
  readonly doubtful: ReadonlySet<ProcessId>;
  /** Such a process does not run any more. */
  readonly onEnded: (id: ProcessId) => void;
  /** Sends these before everything else. @returns how many requests are sent again. */
  readonly connect: (first: readonly Call[]) => number;
}

/** Reads what happened from a server that does not push it again. Settles when it has answered for each process. */
export async function catchUp(
  connection: Connection,
  open: readonly OpenProcess[],
  { doubtful, onEnded, connect }: CatchUpHost,
): Promise<Resumption> {
  const reads = open.map((process) => ({ process, call: readOf(process) }));
  const ends = [...doubtful].map((id) => ({
    id,
    call: createCall(processTerminate, { processId: id }, { isBound: true }),
  }));
  const repeatedRequests = connect([...reads, ...ends].map(({ call }) => call));
  for (const { id, call } of ends) {
    const ended = (): void => {
      if (!connection.isOver) onEnded(id);
    };
    call.answer.then(ended, ended);
  }
  const outcomes = await Promise.all(reads.map(({ process, call }) => takePage(connection, process, call)));
  return {
    replayedEvents: outcomes.reduce((sum, { events }) => sum + events, 0),
    gaps: outcomes.filter(({ hasGap }) => hasGap).length,
    repeatedRequests,
    lostProcesses: outcomes.filter(({ isLost }) => isLost).length,
  };
}

interface PageOutcome {
  readonly events: number;
  readonly hasGap: boolean;
  readonly isLost: boolean;
}

function readOf({ id, point }: OpenProcess): TypedCall<typeof processRead> {
  return createCall(processRead, { processId: id, afterSeq: point.afterSeq }, { isBound: true });
}

async function takePage(
  connection: Connection,
  { id, sink, point }: OpenProcess,
  { answer }: TypedCall<typeof processRead>,
): Promise<PageOutcome> {
  let page: ResultOf<typeof processRead>;
  try {
    page = await answer;
  } catch (error) {
    // With the connection gone, the next one asks again.
    if (!connection.isOver) sink.onLost(lossOf(id, error));
    return { events: 0, hasGap: false, isLost: true };
  }
  return { ...sink.onPage(page, point.afterSeq), isLost: false };
}

function lossOf(id: ProcessId, error: unknown): ExecError {
  if (!(error instanceof ExecError)) return new ExecError('internal', String(error));
  // Servers without kinds say that a process is unknown with this code alone.
  return error.code === ERROR_KINDS.processUnknown.code ? unknownProcess(id, error) : error;
}

function unknownProcess(id: ProcessId, cause?: ExecError): ExecError {
  return new ExecError(
    'processUnknown',
    `the server no longer knows process ${JSON.stringify(id)}: it closed too long ago while the link was lost`,
    { cause },
  );
}

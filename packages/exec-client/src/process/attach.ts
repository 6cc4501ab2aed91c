import { type ProcessId, type ProcessSummary, processAttach } from '@holdfast/exec-protocol';
import { abortable } from '../abortable.js';
import type { Link, ProcessSink } from '../connection/link.js';
import { createDeferred } from '../deferred.js';
import { newProcessId } from '../id.js';
import type { AttachedProcess, AttachOptions } from './handle.js';
import { detach, requireExtension } from './process-requests.js';
import { RemoteProcess } from './remote-process.js';

/** Joins a process. */
export function attachProcess(
  link: Link,
  ref: string,
  { after = 0, signal }: AttachOptions,
): AttachedProcess {
  const id = newProcessId();
  return new RemoteProcess(link, {
    id,
    after,
    takesInput: true,
    onDispose: 'detach',
    signal: undefined,
    async prepare() {
      signal?.throwIfAborted();
      requireExtension(link, 'attach', 'join processes of other sessions');
      return Promise.resolve(async (windowBytes, sink) => ({
        summary: await join(link, { processId: id, ref, afterSeq: after }, windowBytes, sink, signal),
      }));
    },
  });
}

interface JoinParams {
  readonly processId: ProcessId;
  readonly ref: string;
  readonly afterSeq: number;
}

async function join(
  link: Link,
  params: JoinParams,
  windowBytes: number | undefined,
  sink: ProcessSink,
  signal: AbortSignal | undefined,
): Promise<ProcessSummary> {
  const window = windowBytes === undefined ? {} : { windowBytes };
  const joining = joinFully(link, { ...params, ...window }, sink, signal);
  try {
    return await abortable(joining, signal);
  } catch (error) {
    // Whoever stopped waiting has no handle to leave it by.
    joining.then(() => detach(link, params.processId)).catch(() => undefined);
    throw error;
  }
}

async function joinFully(
  link: Link,
  params: JoinParams & { readonly windowBytes?: number },
  sink: ProcessSink,
  signal: AbortSignal | undefined,
): Promise<ProcessSummary> {
  const { process } = await link.request(processAttach, params, signal, 'unsent');
  const { afterSeq } = params;
  // Whoever has no windows is not told what is no longer retained, and would wait for it.
  if (process.firstSeq > afterSeq + 1) sink.onGap({ toSeq: process.firstSeq - 1 });
  // Its end may lie before the first event that is pushed, and earlier views have to know where.
  if (afterSeq > 0 && process.state !== 'running') await learnEnd(link, process, sink);
  return process;
}

/** Has the state events of a process that has ended told again, and nothing else of it. */
async function learnEnd(link: Link, { ref, state }: ProcessSummary, sink: ProcessSink): Promise<void> {
  const id = newProcessId();
  const told = createDeferred<undefined>();
  const ignore = (): void => undefined;
  const forget = link.attach(id, {
    onOutput: ignore,
    onResized: ignore,
    onGap: ignore,
    resume: () => ({ afterSeq: 0, windowBytes: 0 }),
    onPage: () => ({ events: 0, hasGap: false }),
    onExited(event) {
      sink.onExited(event);
      if (state === 'exited') told.resolve(undefined);
    },
    onClosed(event) {
      sink.onClosed(event);
      told.resolve(undefined);
    },
    onLost(error) {
      told.reject(error);
    },
  });
  try {
    await link.request(processAttach, { processId: id, ref, windowBytes: 0 });
    await told.promise;
    await detach(link, id);
  } finally {
    forget();
  }
}

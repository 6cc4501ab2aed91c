import {
  asProcessId,
  type EnvironmentInfo,
  type ProcessId,
  processStart,
  understoodReport,
} from '@holdfast/exec-protocol';
import type { Link } from '../connection/link.js';
import { newProcessId } from '../id.js';
import type { ProcessHandle, SpawnOptions } from './handle.js';
import type { NetworkOptions } from './network.js';
import { type Opening, RemoteProcess } from './remote-process.js';
import { requireForStart, startRequest } from './start-request.js';

/** What to start, and through what. */
export interface StartOptions {
  readonly link: Link;
  /** What the executor says of itself, which the start depends on. */
  readonly environment: () => Promise<EnvironmentInfo>;
  readonly argv: readonly string[];
  readonly options: SpawnOptions;
  /** Withdraws the start while that is not sent. */
  readonly startSignal: AbortSignal | undefined;
}

/** Starts a process. */
export function startProcess({ link, environment, argv, options, startSignal }: StartOptions): ProcessHandle {
  const id = options.id === undefined ? newProcessId() : asProcessId(options.id);
  const process = new RemoteProcess(link, {
    id,
    after: 0,
    takesInput: options.stdin === 'pipe' || options.pty !== undefined,
    onDispose: options.lifetime === 'server' ? 'leave' : 'terminate',
    signal: options.signal,
    async prepare(): Promise<Opening> {
      requireForStart(link, options);
      const request = startRequest(id, argv, options, await environment());
      return async (windowBytes) => {
        const window = windowBytes === undefined ? {} : { windowBytes };
        const answer = await link.request(processStart, { ...request, ...window }, startSignal, 'unsent');
        const { sandboxReport: report } = answer;
        return report === undefined ? {} : { sandboxReport: understoodReport(report) };
      };
    },
  });
  if (options.network !== undefined) serveNetwork(link, id, options.network, process);
  return process;
}

/** What the executor asks and tells of the network goes to the options, until the process is over. */
function serveNetwork(
  link: Link,
  id: ProcessId,
  { authorize, onDecision }: NetworkOptions,
  { closed }: ProcessHandle,
): void {
  const forget = link.attachNetwork(id, {
    authorize: async (request) => (authorize === undefined ? { type: 'deny' } : await authorize(request)),
    onDecision: (record) => onDecision?.(record),
  });
  closed.then(forget, forget);
}

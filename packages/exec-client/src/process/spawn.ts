import {
  asProcessId,
  type EnvironmentInfo,
  type ProcessId,
  processStart,
  understoodReport,
} from '@holdfast/exec-protocol';
import type { Clock } from '../clock.js';
import type { Link } from '../connection/link.js';
import { newProcessId } from '../id.js';
import { createAuthorizer } from './authorizer.js';
import type { ProcessHandle, SpawnOptions } from './handle.js';
import type { NetworkOptions } from './network.js';
import { type Opening, RemoteProcess } from './remote-process.js';
import { requireForStart, startRequest } from './start-request.js';

/** What to start, and through what. */
export interface StartOptions {
  readonly link: Link;
  readonly clock: Clock;
  /** What the executor says of itself, which the start depends on. */
  readonly environment: () => Promise<EnvironmentInfo>;
  readonly argv: readonly string[];
  readonly options: SpawnOptions;
  /** Withdraws the start while that is not sent. */
  readonly startSignal: AbortSignal | undefined;
}

/** Starts a process. */
export function startProcess({
  link,
  clock,
  environment,
  argv,
  options,
  startSignal,
}: StartOptions): ProcessHandle {
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
  if (options.network !== undefined) serveNetwork({ link, clock }, id, options.network, process);
  if (options.onAppeared !== undefined) {
    const end = link.attachAppeared(id, options.onAppeared);
    process.closed.then(end, end);
  }
  return process;
}

/** What the executor asks and tells of the network goes to the options, until the process is over. */
function serveNetwork(
  { link, clock }: Pick<StartOptions, 'link' | 'clock'>,
  id: ProcessId,
  options: NetworkOptions,
  { closed }: ProcessHandle,
): void {
  const authorizer = createAuthorizer(options, clock);
  const forget = link.attachNetwork(id, {
    authorize: (request) => authorizer.decide(request),
    onDecision: (record) => options.onDecision?.(record),
  });
  const end = (): void => {
    forget();
    authorizer.end();
  };
  closed.then(end, end);
}

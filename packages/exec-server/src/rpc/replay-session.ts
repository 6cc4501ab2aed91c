import type { ParamsOf, ResultOf, sessionReplay } from '@holdfast/exec-protocol';
import type { Subscription } from '../process/follow/subscription.js';
import type { ProcessTable } from '../process/process-table.js';
import type { ProcessScope } from './handlers/process-handlers.js';

/** What a replay works with. */
export interface ReplayScope extends Pick<ProcessScope, 'extensions' | 'room'> {
  readonly processes: Pick<ProcessTable, 'parked' | 'unpark' | 'find'>;
}

/** What the answer has for each process beside its id, about. */
const BYTES_AROUND_ID = 96;

/**
 * Lets the events of each named process go on where the client says, and those of all others not at all. Processes that
 * are just starting are waited for; those that are there go on at once, when there is room for the answer.
 */
export async function replaySession(
  { room, ...scope }: ReplayScope,
  params: ParamsOf<typeof sessionReplay>,
): Promise<ResultOf<typeof sessionReplay>> {
  const bytes = params.cursors.reduce((sum, { processId }) => sum + processId.length + BYTES_AROUND_ID, 0);
  return await room.use(bytes, () => replay(scope, params));
}

async function replay(
  { processes, extensions }: Omit<ReplayScope, 'room'>,
  { cursors }: ParamsOf<typeof sessionReplay>,
): Promise<ResultOf<typeof sessionReplay>> {
  const named = new Set(cursors.map(({ processId }) => processId));
  for (const subscription of processes.parked()) {
    if (!named.has(subscription.id)) pushNothing(subscription);
  }
  processes.unpark(extensions.flow !== undefined);
  const outcomes = await Promise.all(
    cursors.map(async ({ processId, afterSeq, windowBytes = 0 }) => {
      const subscription = await processes.find(processId);
      if (subscription === undefined) return processId;
      const { firstSeq, nextSeq } = subscription.process.log;
      const window = extensions.flow === undefined ? undefined : windowBytes;
      subscription.continueAt({ afterSeq, windowBytes: window, hasArrived: true });
      return { processId, firstSeq, nextSeq };
    }),
  );
  return {
    processes: outcomes.filter((outcome) => typeof outcome === 'object'),
    missing: outcomes.filter((outcome) => typeof outcome === 'string'),
  };
}

// As a client that has closed all its windows: what it wants to know later it can read.
function pushNothing(subscription: Subscription): void {
  const afterSeq = subscription.process.log.nextSeq - 1;
  subscription.continueAt({ afterSeq, windowBytes: 0, hasArrived: true });
}

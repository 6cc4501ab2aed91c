import { ExecError } from '@holdfast/exec-protocol';

/** How each promise settled: the kind of its ExecError, `other` for another error, `ok` for a value. */
export async function outcomeKinds(promises: readonly Promise<unknown>[]): Promise<string[]> {
  const outcomes = await Promise.allSettled(promises);
  return outcomes.map((outcome) => {
    if (outcome.status === 'fulfilled') return 'ok';
    return outcome.reason instanceof ExecError ? outcome.reason.kind : 'other';
  });
}

import { startOwnGuardian } from '@holdfast/exec-server/guardian';
import { complain } from '../complain.js';

/**
 * Does work of which nothing outlives this program, however that dies: a wrapper that is still setting up does not end with
 * it, and would then run its command.
 * @param work Gets what the environment of a wrapper has to hold.
 */
export async function withGuardian<T>(
  work: (environment: Readonly<Record<string, string>>) => Promise<T>,
): Promise<T> {
  const guardian = startOwnGuardian(({ reason }) => {
    complain(`nobody would end the sandbox if this program were killed now: ${reason}`);
  });
  try {
    return await work(guardian.environment);
  } finally {
    await guardian.close();
  }
}

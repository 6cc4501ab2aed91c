import { systemClock } from '../../clock.js';
import { COOKIE_VARIABLE, createCookie } from './cookie.js';
import { createGuardian, type GuardianFailure } from './guardian.js';

/** Watches over what one program starts. */
export interface OwnGuardian {
  /** What this program has to put into the environment of everything that must not outlive it. */
  readonly environment: Readonly<Record<string, string>>;
  /** Ends the watch without touching anything; settles when the guardian is gone. */
  close(): Promise<void>;
}

/**
 * Starts a guardian for this program: however it dies, what carries the environment ends with it, and so do its descendants.
 * @param onFailure Is told when a guardian ended, or could not be started; until the next one there is none.
 */
export function startOwnGuardian(onFailure: (failure: GuardianFailure) => void): OwnGuardian {
  const { own, value } = createCookie(process.env[COOKIE_VARIABLE]);
  const guardian = createGuardian({ cookie: own, clock: systemClock, onFailure });
  return { environment: { [COOKIE_VARIABLE]: value }, close: () => guardian.close() };
}

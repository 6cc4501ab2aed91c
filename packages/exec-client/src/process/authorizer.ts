import { POLICY_DECISION_TIMEOUT_MS } from '@holdfast/exec-protocol';
import { abortable } from '../abortable.js';
import type { Clock } from '../clock.js';
import { within } from '../within.js';
import type { NetworkOptions, NetworkRequest, NetworkVerdict } from './network.js';

/** Has the requests of one process decided as its options say, each for as long as an answer matters. */
export interface Authorizer {
  /** Fails where nobody decides in time. */
  decide(request: NetworkRequest): Promise<NetworkVerdict>;
  /** The process is over: what is not decided yet fails. */
  end(): void;
}

export function createAuthorizer(
  { authorize, authorizeTimeoutMs: ms = POLICY_DECISION_TIMEOUT_MS }: NetworkOptions,
  clock: Clock,
): Authorizer {
  const open = new Set<AbortController>();
  const late = (): Error => new Error(`nobody has decided within ${String(ms)} ms`);
  return {
    async decide(request) {
      if (authorize === undefined) return { type: 'deny' };
      const over = new AbortController();
      open.add(over);
      try {
        return await within({ clock, ms, late, signal: over.signal }, (signal) =>
          abortable(Promise.resolve(authorize(request, signal)), signal),
        );
      } finally {
        open.delete(over);
      }
    },
    end() {
      for (const over of open) over.abort(new Error('the process is over'));
    },
  };
}

import type { NetworkAnswer } from './decider.js';
import type { RefusalReason } from './judge.js';

/** Why something was refused: in the words of whoever was asked, or in ours. */
export function reasonOf({
  reason,
  answer,
}: {
  readonly reason?: RefusalReason | undefined;
  readonly answer?: NetworkAnswer | undefined;
}): string {
  const said = answer !== undefined && 'reason' in answer ? answer.reason : undefined;
  return said ?? reason ?? 'not_allowed';
}

import { httpRequest, processStart, processWrite, type RequestSpec } from '@holdfast/exec-protocol';

/**
 * What becomes of a request that was sent and not answered when the link was lost: it is sent again, or it fails because
 * nobody can say what came of it. A start of which nobody can say so is ended, so that nothing is left running.
 */
export type AfterLoss = 'repeat' | 'giveUp' | 'giveUpAndTerminate';

/** @param isExactlyOnce Whether the server carries a repeated request out once, by the extension `replay`. */
export function afterLoss(spec: RequestSpec, isExactlyOnce: boolean): AfterLoss {
  // A response comes over the connection on which it was asked for, and the request may have done anything anywhere.
  if (spec.method === httpRequest.method) return 'giveUp';
  if (isExactlyOnce || spec.mutates !== true) return 'repeat';
  switch (spec.method) {
    case processWrite.method:
      // Its writeId says that it is a repeat.
      return 'repeat';
    case processStart.method:
      return 'giveUpAndTerminate';
    default:
      return 'giveUp';
  }
}

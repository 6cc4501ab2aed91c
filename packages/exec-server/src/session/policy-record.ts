import type { networkPolicyDecision, ParamsOf, ProcessId } from '@holdfast/exec-protocol';
import type { NetworkDecision } from '@holdfast/sandbox';
import { reasonOf } from '@holdfast/sandbox/internal';

/**
 * A decision in the words of the wire. Undefined where that has none: for connections to listed ports of the executor, and
 * for what names no host and port; the log of the server has those.
 */
export function policyRecord(
  processId: ProcessId,
  decision: NetworkDecision,
): ParamsOf<typeof networkPolicyDecision> | undefined {
  const { time, protocol, host, port, method, client } = decision;
  if (protocol === 'loopback' || host === undefined || port === undefined) return undefined;
  return {
    processId,
    timestamp: time.toISOString(),
    scope: 'domain',
    ...verdictOf(decision),
    protocol,
    host,
    port,
    ...(method === undefined ? {} : { method }),
    ...(client === undefined ? {} : { client }),
  };
}

function verdictOf(
  record: NetworkDecision,
): Pick<ParamsOf<typeof networkPolicyDecision>, 'decision' | 'source' | 'reason' | 'policyOverride'> {
  const { decision, answer } = record;
  const isAllowed = decision === 'allow';
  if (answer === undefined) {
    const reason = isAllowed ? 'allow' : reasonOf(record);
    return { decision, source: 'baseline_policy', reason, policyOverride: false };
  }
  return {
    decision: answer.type === 'ask' ? 'ask' : decision,
    source: 'decider',
    reason: reasonOf(record),
    policyOverride: isAllowed,
  };
}

import {
  type ParamsOf,
  POLICY_DECISION_TIMEOUT_MS,
  type ProcessId,
  type processStart,
} from '@holdfast/exec-protocol';
import type { NetworkOptions } from './network.js';

type NetworkMembers = Pick<
  ParamsOf<typeof processStart>,
  'enforceManagedNetwork' | 'managedNetwork' | 'networkProxy'
>;

/** What `process/start` is sent for a managed network. */
export function networkMembers(id: ProcessId, options: NetworkOptions): NetworkMembers {
  const { allow = [], deny = [], loopbackPorts = [], authorize, authorizeTimeoutMs } = options;
  const verdicts = (hosts: readonly string[], verdict: string): [string, string][] =>
    hosts.map((host) => [host, verdict]);
  return {
    enforceManagedNetwork: true,
    managedNetwork: { loopbackPorts: [...loopbackPorts] },
    networkProxy: {
      proxy: {
        enabled: true,
        enableSocks5: true,
        enableSocks5Udp: false,
        allowUpstreamProxy: false,
        dangerouslyAllowAllUnixSockets: false,
        mode: 'full',
        // A denial wins, also over the same words.
        domains: Object.fromEntries([...verdicts(allow, 'allow'), ...verdicts(deny, 'deny')]),
        unixSockets: null,
        allowLocalBinding: false,
      },
      environmentId: 'remote',
      executionId: id,
      ...(authorize === undefined
        ? {}
        : { policyDecisionTimeoutMs: authorizeTimeoutMs ?? POLICY_DECISION_TIMEOUT_MS }),
    },
  };
}

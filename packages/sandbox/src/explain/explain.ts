import type { PlannedDescriptor } from '../linux/launch-plan.js';
import type { HostRules } from '../network/host-rules.js';
import type { SandboxPlan } from '../plan-sandbox.js';
import type { NormalisedPolicy } from '../policy/path-rule.js';
import { nameOf, type RuleOrigin } from '../policy/rule-origin.js';
import { describeRules } from './describe-rules.js';

/** Both phases as plain data, for `JSON.stringify`. The environment of the command is left out: it may hold secrets. */
export function explainAsJson({ policy, narrowed, hosts, mounts, launch }: SandboxPlan): object {
  return {
    policy,
    narrowed,
    ...(hosts === undefined ? {} : { hosts }),
    plan: {
      mounts: mounts.steps,
      argv: launch.argv,
      descriptors: launch.descriptors.map(withoutBytes),
      cleanup: launch.cleanup,
    },
  };
}

/**
 * Both phases in words, one thing a line.
 * @param shown Makes a line fit for where it is shown, for there are names in it that a command may have chosen.
 * @param described Names who is behind a rule; default by the member of the intent or the ceiling.
 */
export function explainInWords(
  { policy, narrowed, hosts, mounts, launch }: SandboxPlan,
  shown: (line: string) => string,
  described: (origin: RuleOrigin) => string = nameOf,
): string {
  const asked = new Map(narrowed.map((narrowing) => [narrowing.path, narrowing.asked]));
  const files = policy.restrictsFiles ? describeRules(policy.rules, asked, described) : ['  not restricted'];
  return [
    'Files; the longest path that fits decides, and what is not listed cannot be read:',
    ...files,
    ...(hosts === undefined ? [describeNetwork(policy)] : describeHosts(hosts)),
    ...(policy.notes.length === 0 ? [] : ['Notes:']),
    ...policy.notes.map(({ origin, text }) => `  ${text}    [${described(origin)}]`),
    `Enforced by bubblewrap with ${mounts.steps.length} mounts, a filter for system calls and no capabilities.`,
    describePlaceholders(launch.cleanup.length),
    '',
  ]
    .map(shown)
    .join('\n');
}

function describeNetwork({ network }: NormalisedPolicy): string {
  return `Network: ${network === 'restricted' ? 'none, but for itself' : 'that of this machine'}`;
}

function describeHosts({ allow, deny }: HostRules): readonly string[] {
  return [
    'Network: only these hosts, through a proxy; what is denied wins, and without a port 80 and 443 are meant:',
    ...deny.map(({ pattern }) => `  deny  ${pattern}`),
    ...allow.map(({ pattern }) => `  allow ${pattern}`),
  ];
}

function describePlaceholders(count: number): string {
  const stand =
    count === 1 ? '1 empty file or directory stands' : `${count} empty files and directories stand`;
  return `While the command runs, ${stand} where nothing may be created.`;
}

function withoutBytes(descriptor: PlannedDescriptor): object {
  switch (descriptor.kind) {
    case 'filter':
      return { kind: 'filter', bytes: descriptor.program.byteLength };
    case 'environment':
      return { kind: 'environment', variables: Object.keys(descriptor.variables).length };
    default:
      return descriptor;
  }
}

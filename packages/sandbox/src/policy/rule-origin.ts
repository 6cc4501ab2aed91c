import type { SandboxRule } from '@holdfast/exec-protocol';

/** Who is behind a rule: an entry of what was asked for, an entry of the operator's ceiling, or what every sandbox here has. */
export type RuleOrigin = Pick<SandboxRule, 'source' | 'entry'>;

/** What every sandbox of this executor has, whoever asks for what. */
export const DEFAULTS = {
  configuration: { source: 'default', entry: 'executableConfiguration' },
  ownRecords: { source: 'default', entry: 'ownRecords' },
  kernelTrees: { source: 'default', entry: 'kernelTrees' },
  systemCalls: { source: 'default', entry: 'systemCalls' },
} as const satisfies Readonly<Record<string, RuleOrigin>>;

/** Who has written a profile, and so what its members are called. */
export type ProfileSource = 'intent' | 'ceiling';

/** A member of a profile, such as `permissions.network`. */
export function memberOf(source: ProfileSource, member: string): RuleOrigin {
  return { source, entry: source === 'intent' ? `sandbox.${member}` : member };
}

/** Where the entries of a profile are listed: what no entry names has this origin. */
export function listOf(source: ProfileSource): RuleOrigin {
  return memberOf(source, 'permissions.file_system.entries');
}

/** One of them. @param at Where it is in the list, from 0 on. */
export function entryOf(source: ProfileSource, at: number): RuleOrigin {
  return { source, entry: `${listOf(source).entry}.${at}` };
}

/** As it stands in an error and in an explanation. */
export function nameOf({ source, entry }: RuleOrigin): string {
  return source === 'intent' ? entry : `${source}: ${entry}`;
}

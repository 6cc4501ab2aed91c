import { isIP, isIPv6 } from 'node:net';
import type { DenialFinding, SandboxRule } from '@holdfast/exec-protocol';
import { printable } from '../text/printable.js';
import type { RuleWords } from './describe-denial.js';
import { DEFAULTS } from './server-rule.js';

/** A rule of `holdfast sandbox`, in the words of its options. */
export function describeLocalRule({ entry, pattern }: SandboxRule, { subject }: DenialFinding): RuleWords {
  if (subject?.type !== 'host') return DEFAULTS[entry] ?? { by: printable(entry), remedy: 'do without it' };
  if (subject.reason === 'denied')
    return { by: `--deny-host ${printable(pattern ?? '')}`, remedy: 'leave that out to allow it' };
  return { by: 'the hosts of --allow-host', remedy: remedyOf(subject, pattern) };
}

type RefusedHost = Extract<DenialFinding['subject'], { readonly type: 'host' }>;

function remedyOf({ host, port, reason }: RefusedHost, pattern: string | undefined): string {
  const remedy = REMEDIES[reason];
  if (remedy !== undefined) return remedy;
  if (host === undefined || port === undefined) return NAME_A_HOST;
  if (reason === 'not_allowed_local' && pattern !== undefined && isIP(host) === 0)
    return listItsAddress(printable(host), port);
  const name = isIPv6(host) ? `[${host}]` : printable(host);
  return `add --allow-host ${name}:${String(port)} to allow it`;
}

/** Of a name that is allowed, but stands for an address that only an entry of its own opens. */
function listItsAddress(name: string, port: number): string {
  return `its address is not public: add --allow-host ADDRESS:${String(port)} with what "getent ahosts ${name}" says to allow it`;
}

const NAME_A_HOST = 'the command has to name its host to the proxy';

/** What helps against refusals that no list of hosts decides. */
const REMEDIES: Readonly<Record<string, string>> = {
  invalid_target: NAME_A_HOST,
  other_host: 'the command has to name the host to which it goes, and no other one',
  not_supported: 'the proxy forwards HTTP, CONNECT, and connections of SOCKS 5',
  malformed: 'the command has to speak HTTP or SOCKS 5 with the proxy',
  too_many_connections: 'the command has to open fewer at a time',
  too_many_lookups: 'the command has to ask for fewer hosts at a time',
};

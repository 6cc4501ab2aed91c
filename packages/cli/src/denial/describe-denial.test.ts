import type { DenialFinding, SandboxRule } from '@holdfast/exec-protocol';
import { expect, test } from 'vitest';
import { describeDenial } from './describe-denial.js';
import { describeLocalRule } from './local-rule.js';
import { describeServerRule } from './server-rule.js';

const INTENT: SandboxRule = { source: 'intent', entry: 'sandbox.permissions.file_system.entries.2' };
const CEILING: SandboxRule = { source: 'ceiling', entry: 'permissions.file_system.entries' };
const HOSTS: SandboxRule = { source: 'intent', entry: 'networkProxy.proxy.domains' };

function onPath(operation: 'read' | 'write', rule: SandboxRule, path = 'file:///srv/a%20b'): DenialFinding {
  return { evidence: 'path', confidence: 'likely', subject: { type: 'path', path, operation }, rule };
}

function onHost(
  reason: string,
  rule: SandboxRule,
  target: object = { host: 'a.example', port: 443 },
): DenialFinding {
  const subject = { type: 'host' as const, protocol: 'https_connect', ...target, reason };
  return { evidence: 'refusal', confidence: 'certain', subject, rule };
}

const NO_NETWORK = { evidence: 'network', confidence: 'likely', subject: { type: 'network' } } as const;

const FILTERED: DenialFinding = {
  evidence: 'signal',
  confidence: 'possible',
  subject: { type: 'systemCall', signal: 'SIGSYS' },
  rule: { source: 'default', entry: 'systemCalls' },
};

test.each<[DenialFinding, string]>([
  [
    onPath('write', INTENT),
    'the sandbox seems to have denied writing /srv/a b, by sandbox.permissions.file_system.entries.2 of its start; start it with write access to it',
  ],
  [
    onPath('read', CEILING, 'file:///srv/%1b%5b2J'),
    "the sandbox seems to have denied reading /srv/\\u001b[2J, by permissions.file_system.entries of the server's ceiling; the operator of the server can allow read access to it in --sandbox-ceiling",
  ],
  [
    onPath('write', { source: 'default', entry: 'executableConfiguration' }),
    'the sandbox seems to have denied writing /srv/a b, by the protection of git hooks, start-up files and settings of agents; change that outside of the sandbox',
  ],
  [
    onPath('write', { source: 'default', entry: 'ofALaterVersion' }),
    'the sandbox seems to have denied writing /srv/a b, by ofALaterVersion, which every sandbox there has; do without it',
  ],
  [
    { evidence: 'path', confidence: 'likely', rule: INTENT },
    'the sandbox seems to have denied a path, by sandbox.permissions.file_system.entries.2 of its start; start it with more',
  ],
  [
    onHost('denied', { ...HOSTS, pattern: '*.example' }),
    'the sandbox refused a.example:443 (denied), by networkProxy.proxy.domains (*.example) of its start; start it with that host',
  ],
  [
    onHost('invalid_target', HOSTS, {}),
    'the sandbox refused a request (invalid_target), by networkProxy.proxy.domains of its start; start it with that host',
  ],
  [
    onHost('not_allowed_local', { ...HOSTS, pattern: '*.example' }),
    'the sandbox refused a.example:443 (not_allowed_local), by networkProxy.proxy.domains (*.example) of its start; start it with that host and its address',
  ],
  [
    { ...NO_NETWORK, rule: { source: 'ceiling', entry: 'permissions.network' } },
    "the sandbox seems to have denied the network, by permissions.network of the server's ceiling; the operator of the server can allow a network in --sandbox-ceiling",
  ],
  [
    FILTERED,
    'the sandbox may have denied a system call of another architecture, such as a 32-bit one, by the filter of the sandbox; a command that needs the call needs to run without a sandbox',
  ],
  [
    { evidence: 'words', confidence: 'possible' },
    'the sandbox may have denied the command something, to judge by its words',
  ],
])('of a server: %j', (finding, line) => {
  expect(describeDenial({ findings: [finding] }, describeServerRule)).toEqual([line]);
});

test.each<[DenialFinding, string]>([
  [
    onHost('not_allowed', { source: 'intent', entry: 'network' }),
    'the sandbox refused a.example:443 (not_allowed), by the hosts of --allow-host; add --allow-host a.example:443 to allow it',
  ],
  [
    onHost('denied', { source: 'intent', entry: 'network', pattern: '*.example' }),
    'the sandbox refused a.example:443 (denied), by --deny-host *.example; leave that out to allow it',
  ],
  [
    onHost('invalid_target', { source: 'intent', entry: 'network' }, {}),
    'the sandbox refused a request (invalid_target), by the hosts of --allow-host; the command has to name its host to the proxy',
  ],
  [
    onHost('not_allowed_local', { source: 'intent', entry: 'network', pattern: 'a.example' }),
    'the sandbox refused a.example:443 (not_allowed_local), by the hosts of --allow-host; its address is not public: add --allow-host ADDRESS:443 with what "getent ahosts a.example" says to allow it',
  ],
  [
    onHost('not_allowed_local', { source: 'intent', entry: 'network' }, { host: '10.0.0.1', port: 22 }),
    'the sandbox refused 10.0.0.1:22 (not_allowed_local), by the hosts of --allow-host; add --allow-host 10.0.0.1:22 to allow it',
  ],
  [
    onHost('not_allowed', { source: 'intent', entry: 'network' }, { host: '2001:db8::1', port: 80 }),
    'the sandbox refused 2001:db8::1:80 (not_allowed), by the hosts of --allow-host; add --allow-host [2001:db8::1]:80 to allow it',
  ],
  [
    onHost('other_host', { source: 'intent', entry: 'network' }),
    'the sandbox refused a.example:443 (other_host), by the hosts of --allow-host; the command has to name the host to which it goes, and no other one',
  ],
  [
    FILTERED,
    'the sandbox may have denied a system call of another architecture, such as a 32-bit one, by the filter of the sandbox; a command that needs the call needs to run without a sandbox',
  ],
])('of this machine: %j', (finding, line) => {
  expect(describeDenial({ findings: [finding] }, describeLocalRule)).toEqual([line]);
});

test('each finding has a line, and a server that tells none is said so', () => {
  const findings = [onPath('write', INTENT), onPath('read', CEILING)];
  expect(describeDenial({ findings }, describeServerRule)).toHaveLength(2);
  expect(describeDenial({ findings: [] }, describeServerRule)).toEqual([
    'its sandbox made the command fail; the server does not say how',
  ]);
});

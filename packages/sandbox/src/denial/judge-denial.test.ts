import {
  type DenialFinding,
  MAX_DENIAL_FINDINGS,
  MAX_DENIAL_PATH_LENGTH,
  type SandboxDenial,
} from '@holdfast/exec-protocol';
import { describe, expect, test } from 'vitest';
import type { FileView } from '../files/file-facts.js';
import { fakeFiles } from '../files/testing/fake-files.js';
import { MAX_JUDGED_LINE_LENGTH, MAX_JUDGED_LINES, MAX_JUDGED_LOOKS, MAX_JUDGED_PATHS } from '../limits.js';
import type { NetworkDecision } from '../network/gate.js';
import { parseHostRules } from '../network/host-rules.js';
import { DEFAULTS, listOf, memberOf } from '../policy/rule-origin.js';
import { policyOf, rule, ruleAt } from '../policy/testing/rules.js';
import { complaintIn } from './complaint.js';
import { type FailedCommand, type JudgedPlan, judgeDenial } from './judge-denial.js';

const FILES = fakeFiles({
  '/ws/key': { text: '' },
  '/ws/link': { link: '/srv' },
  '/etc/shadow': { text: '' },
  '/srv/x': { text: '' },
});

/** Everything can be read, `/ws` written, `/ws/key` not even read. */
const POLICY = policyOf(['read /', 'write /ws', 'deny /ws/key']);
const PLAN: JudgedPlan = { policy: POLICY, decisions: POLICY.rules, hosts: undefined };

function judged(
  command: Partial<FailedCommand>,
  plan: JudgedPlan = PLAN,
  files: FileView = FILES,
): SandboxDenial | undefined {
  const failed = { exitCode: 1, cwd: '/ws', output: '', ...command };
  return judgeDenial(failed, plan, { files, mountTable: () => '' }, (path) => !path.startsWith('/etc'));
}

/** A mount that may never answer, below one that does, and where nothing of a policy lies. */
const DEAD_MOUNT = [
  '21 1 8:1 / / rw - ext4 /dev/sda rw',
  '36 21 0:50 / /dead rw - fuse.sshfs host: rw,user_id=1000,allow_other',
].join('\n');

function evidence(output: string, exitCode = 1, plan = PLAN): string | undefined {
  return judged({ output, exitCode }, plan)?.findings[0]?.evidence;
}

test.each([
  ["touch: cannot touch '/srv/x': Read-only file system\n", 'path'],
  ['sh: 1: cannot create ../out: Read-only file system\r\n', 'path'],
  ['bash: line 1: /srv/x: Read-only file system', 'path'],
  ['mkdir: cannot create directory ‘/srv/new’: Read-only file system', 'path'],
  ["OSError: [Errno 30] Read-only file system: '/srv/x'", 'path'],
  ["Error: EROFS: read-only file system, open '/srv/x'", 'path'],
  ['cat: key: Permission denied', 'path'],
  ['cat: /ws/key: Permission denied', 'path'],
  ['first\ntouch: /srv/x: Permission denied\nlast', 'path'],
  ['Error: Read-only file system (os error 30)', 'words'],
  ['ping: socktype: Operation not permitted', 'words'],
  ["chown: changing ownership of '/ws/f': Operation not permitted", 'words'],
  ['curl: (6) Could not resolve host: example.org', 'network'],
  ['connect: Network is unreachable', 'network'],
  // The machine itself would refuse these.
  ['cat: /etc/shadow: Permission denied', undefined],
  ["touch: cannot touch '/ws/owned-by-root': Permission denied", undefined],
  ['the sandbox tests failed: 3 of 7', undefined],
  ['cat: /no/such/file: No such file or directory', undefined],
  ['', undefined],
])('%j is taken for a denial by %s', (output, expected) => {
  expect(evidence(output)).toBe(expected);
});

test('a path with .. behind a link is the one that the command has met', () => {
  const files = fakeFiles({
    '/ws/link': { link: '/srv/deep' },
    '/srv/deep': 'directory',
    '/srv/key': { text: '' },
    '/ws/key': { text: '' },
  });
  const policy = policyOf(['read /', 'deny /srv/key']);
  const plan: JudgedPlan = { policy, decisions: policy.rules, hosts: undefined };
  const found = judged({ output: 'cat: link/../key: Permission denied' }, plan, files);
  expect(found?.findings.map(({ subject }) => subject)).toEqual([
    { type: 'path', path: 'file:///srv/key', operation: 'read' },
  ]);
});

function refused(host: string, more: Partial<NetworkDecision> = {}): NetworkDecision {
  const request = { protocol: 'https_connect', host, port: 443, rule: undefined } as const;
  return { time: new Date(0), ...request, decision: 'deny', reason: 'not_allowed', ...more };
}

function atPath(path: string, operation: 'read' | 'write', origin = ruleAt('/')): DenialFinding {
  const subject = { type: 'path', path: `file://${path}`, operation } as const;
  return { evidence: 'path', confidence: 'likely', subject, rule: origin };
}

describe('a denial tells', () => {
  test('the path, what it was not allowed there, and the rule; as it was named, whatever links are on its way', () => {
    const output = [
      'touch: link/new: Read-only file system',
      'cat: key: Permission denied',
      'rm: /proc/x y: Read-only file system',
    ].join('\n');
    expect(judged({ output })).toEqual({
      findings: [
        atPath('/proc/x%20y', 'write', DEFAULTS.kernelTrees),
        atPath('/ws/key', 'read', ruleAt('/ws/key')),
        atPath('/ws/link/new', 'write'),
      ],
    });
  });

  test('what a cover holds in place, and what may stand where nothing was, for that is as ordinary elsewhere', () => {
    const policy = policyOf([
      'read /',
      'write /ws',
      'read /ws/.git/file-config',
      'deny /ws/key',
      'read /ws/.idea/',
    ]);
    const output = [
      'error: could not write config file /ws/.git/file-config: Device or resource busy',
      "OSError: [Errno 16] Device or resource busy: 'a' -> 'key'",
      "mv: cannot move '.git' to 'g': Device or resource busy",
      "Error: EBUSY: resource busy or locked, rename '.git/sub' -> '/ws'",
      'sh: 1: cannot create .idea: Is a directory',
      "Error: EEXIST: file already exists, mkdir '.idea/'",
      'umount: /srv: target is busy.',
      "rmdir: failed to remove '/srv': Device or resource busy",
      'Error: Device or resource busy (os error 16)',
      'cat: /ws/.git: Is a directory',
      'mkdir: cannot create directory ‘key’: File exists',
    ].join('\n');
    const taken = { ...atPath('/ws/.idea', 'write', ruleAt('/ws/.idea')), confidence: 'possible' };
    expect(judged({ output }, { policy, decisions: policy.rules, hosts: undefined })).toEqual({
      findings: [
        atPath('/ws/.git', 'write', ruleAt('/ws/.git/file-config')),
        atPath('/ws/key', 'write', ruleAt('/ws/key')),
        atPath('/ws/.git/file-config', 'write', ruleAt('/ws/.git/file-config')),
        taken,
      ],
    });
  });

  test('one path where nothing shows where it begins: the one that is there, else the last word', () => {
    const files = fakeFiles({ '/srv/a b': { text: '' }, '/srv/b': { text: '' }, '/ws': 'directory' });
    const about = (path: string): unknown =>
      judged({ cwd: '/srv', output: `sh: ${path}: Read-only file system` }, PLAN, files);
    expect([about('a b'), about('cannot create b'), about('cannot create c')]).toEqual(
      ['/srv/a%20b', '/srv/b', '/srv/c'].map((path) => ({ findings: [atPath(path, 'write')] })),
    );
    const output = "mv: cannot move '/srv/a b' to '/srv/c': Read-only file system";
    expect(judged({ output }, PLAN, files)?.findings).toEqual([
      atPath('/srv/a%20b', 'write'),
      atPath('/srv/c', 'write'),
    ]);
  });

  test('whoever has cut the path down, also where a rule above says the same', () => {
    const cut = rule('read /srv', { origin: memberOf('ceiling', 'permissions.file_system.entries.2') });
    const plan = { ...PLAN, decisions: [...POLICY.rules, cut] };
    expect(judged({ output: 'touch: /srv/x: Read-only file system' }, plan)).toEqual({
      findings: [atPath('/srv/x', 'write', cut.origin)],
    });
  });

  test('the list, where no entry of it fits', () => {
    const policy = policyOf(['write /ws']);
    const output = "cat: '/srv/x': Permission denied";
    expect(judged({ output }, { ...PLAN, policy, decisions: policy.rules })).toEqual({
      findings: [atPath('/srv/x', 'read', listOf('intent'))],
    });
  });

  test('no path that is longer than that, but its rule', () => {
    const long = `/srv/${'x'.repeat(MAX_DENIAL_PATH_LENGTH)}`;
    expect(judged({ output: `touch: ${long}: Read-only file system` })).toEqual({
      findings: [{ evidence: 'path', confidence: 'likely', rule: ruleAt('/') }],
    });
  });

  test('the filter, where the exit code is that of its signal', () => {
    expect(judged({ exitCode: 159 })).toEqual({
      findings: [
        {
          evidence: 'signal',
          confidence: 'possible',
          subject: { type: 'systemCall', signal: 'SIGSYS' },
          rule: { source: 'default', entry: 'systemCalls' },
        },
      ],
    });
  });

  test.each<[string, JudgedPlan, DenialFinding['rule']]>([
    ['the intent', PLAN, { source: 'intent', entry: 'sandbox.permissions.network' }],
    [
      'the ceiling',
      { ...PLAN, policy: { ...POLICY, networkOrigin: memberOf('ceiling', 'permissions.network') } },
      { source: 'ceiling', entry: 'permissions.network' },
    ],
    [
      'a managed network',
      { ...PLAN, hosts: parseHostRules({ allow: ['a.example'], deny: [] }, 'networkProxy.proxy.domains') },
      { source: 'intent', entry: 'networkProxy.proxy.domains' },
    ],
  ])('that there is no network, by %s', (_, plan, origin) => {
    expect(judged({ output: 'Could not resolve host: example.org' }, plan)).toEqual({
      findings: [{ evidence: 'network', confidence: 'likely', subject: { type: 'network' }, rule: origin }],
    });
  });

  test('words alone, where nothing is surer', () => {
    expect(judged({ output: 'ping: socktype: Operation not permitted' })).toEqual({
      findings: [{ evidence: 'words', confidence: 'possible' }],
    });
  });

  test('what the proxy has refused before everything else, then what is less sure, and words not beside it', () => {
    const hosts = parseHostRules(
      { allow: ['a.example'], deny: ['bad.example'] },
      'networkProxy.proxy.domains',
    );
    const refusals = [
      refused('bad.example', { reason: 'denied', rule: 'bad.example' }),
      refused('asked.example', { answer: { type: 'deny', reason: 'not today' } }),
      refused('no host', { host: undefined, port: undefined, reason: 'invalid_target' }),
    ];
    const output = [
      'ping: socktype: Operation not permitted',
      'Could not resolve host: example.org',
      'cat: key: Permission denied',
    ].join('\n');
    const found = judged({ exitCode: 159, output, refusals }, { ...PLAN, hosts });
    const list = { source: 'intent', entry: 'networkProxy.proxy.domains' };
    const subject = { type: 'host', protocol: 'https_connect' };
    const certain = { evidence: 'refusal', confidence: 'certain' };
    expect(found?.findings.slice(0, 3)).toEqual([
      {
        ...certain,
        subject: { ...subject, host: 'bad.example', port: 443, reason: 'denied' },
        rule: { ...list, pattern: 'bad.example' },
      },
      {
        ...certain,
        subject: { ...subject, host: 'asked.example', port: 443, reason: 'not today' },
        rule: list,
      },
      { ...certain, subject: { ...subject, reason: 'invalid_target' }, rule: list },
    ]);
    expect(found?.findings.slice(3).map((finding) => finding.evidence)).toEqual([
      'path',
      'network',
      'signal',
    ]);
  });

  test('each thing once, the last ones of a kind first, and no more than that', () => {
    const line = (name: string): string => `touch: /srv/${name}: Read-only file system\n`;
    const names = Array.from({ length: MAX_DENIAL_FINDINGS + 2 }, (_, number) => `n${number}`);
    expect(judged({ output: [...names, ...names].map(line).join('') })).toEqual({
      findings: names
        .toReversed()
        .slice(0, MAX_DENIAL_FINDINGS)
        .map((name) => atPath(`/srv/${name}`, 'write')),
    });
  });
});

describe('what the rights of a file refuse anywhere', () => {
  const script = fakeFiles(
    { '/srv/a script': { text: '' }, '/srv/tool': { text: '' } },
    { '/srv/tool': { mode: 0o755 } },
  );

  test('is no denial, where a shell could execute something that nobody may execute', () => {
    const about = (output: string, exitCode: number): unknown =>
      judged({ cwd: '/srv', output, exitCode }, PLAN, script)?.findings;
    expect([
      about('sh: 1: ./a script: Permission denied', 126),
      about('bash: line 1: /srv/a script: Permission denied', 126),
    ]).toEqual([undefined, undefined]);
    // It may have been about to write these.
    expect([
      about('bash: line 1: ./a script: Permission denied', 1),
      about('sh: 1: ./tool: Permission denied', 126),
      about('sh: 1: ./a script: Read-only file system', 126),
    ]).toEqual([
      [atPath('/srv/a%20script', 'write')],
      [atPath('/srv/tool', 'write')],
      [atPath('/srv/a%20script', 'write')],
    ]);
  });

  test('refuses root in each sandbox, of which the policy knows nothing', () => {
    const files = {
      ...fakeFiles(
        { '/srv/other': { text: '' }, '/ws/other': { text: '' } },
        { '/srv/other': { uid: 1001 } },
      ),
      isUnreadable: ({ uid }: { readonly uid: number }): boolean => uid === 1001,
    };
    const about = (output: string): unknown => judged({ cwd: '/srv', output }, PLAN, files)?.findings;
    expect([
      about('cat: other: Permission denied'),
      about('sh: 1: cannot open other: Permission denied'),
      about("cp: cannot open 'other' for '/srv/new': Permission denied"),
      about('touch: other: Read-only file system'),
      about('cat: /ws/other: Permission denied'),
    ]).toEqual([
      [{ evidence: 'words', confidence: 'possible' }],
      [{ evidence: 'words', confidence: 'possible' }],
      [atPath('/srv/new', 'write')],
      [atPath('/srv/other', 'write')],
      undefined,
    ]);
  });
});

test('a path where the executor itself cannot look says nothing of the sandbox', () => {
  const files = fakeFiles({ '/srv/closed': 'shut', '/srv/closed/x': { text: '' } });
  expect(judged({ output: 'cat: /srv/closed/x: Permission denied' }, PLAN, files)).toBeUndefined();
});

test('a path with a link that is replaced while it is followed says nothing of the sandbox', () => {
  const readLink = (): string => {
    throw Object.assign(new Error('no link'), { code: 'EINVAL' });
  };
  const output = 'touch: /ws/link/x: Read-only file system';
  expect([judged({ output }) === undefined, judged({ output }, PLAN, { ...FILES, readLink })]).toEqual([
    false,
    undefined,
  ]);
});

test('no more paths are looked up than that, whatever a command prints, and the last ones first', () => {
  let looks = 0;
  const files = {
    ...FILES,
    look(path: string): ReturnType<typeof FILES.look> {
      looks += 1;
      return FILES.look(path);
    },
  };
  const many = `${"'/none' ".repeat(MAX_JUDGED_LINE_LENGTH / 16)}: Permission denied\n`.repeat(
    MAX_JUDGED_LINES / 2,
  );
  const judge = (output: string): string | undefined =>
    judgeDenial({ exitCode: 1, cwd: '/ws', output }, PLAN, { files, mountTable: () => '' }, () => false)
      ?.findings[0]?.evidence;
  expect([judge(many), looks]).toEqual([undefined, MAX_JUDGED_PATHS]);
  expect(judge(`${many}touch: /srv/x: Read-only file system\n`)).toBe('path');
});

test('no more names are looked at on the way to them than that, wherever links lead', () => {
  let looks = 0;
  const [each, steps] = [64, `/srv${'/../srv'.repeat(32)}`];
  const links = Object.fromEntries(
    Array.from({ length: 40 }, (_, at) => [`/srv/l${at}`, { link: `${steps}/l${at + 1}` }]),
  );
  const maze = fakeFiles({ ...links, '/srv/x': { text: '' } });
  const files = {
    ...maze,
    look(path: string): ReturnType<typeof maze.look> {
      looks += 1;
      return maze.look(path);
    },
  };
  const complaints = Array.from({ length: each }, () => 'touch: /srv/l33/x: Permission denied\n').join('');
  const judge = (output: string): string | undefined =>
    judgeDenial({ exitCode: 1, cwd: '/ws', output }, PLAN, { files, mountTable: () => '' }, () => false)
      ?.findings[0]?.evidence;
  const last = 'touch: /srv/x: Read-only file system\n';
  expect([judge(`${complaints}${last}`), judge(`${last}${complaints}`), looks]).toEqual([
    'path',
    undefined,
    2 * MAX_JUDGED_LOOKS,
  ]);
});

test('quoted paths are looked for until there are enough, and one where there are enough already', () => {
  const line = "cp: 'a' 'b' 'c': Permission denied";
  const pathsOf = (enough: number): unknown => complaintIn(line, enough)?.paths;
  expect([pathsOf(9), pathsOf(2), pathsOf(0)]).toEqual([['a', 'b', 'c'], ['a', 'b'], ['a']]);
});

test('a line of a megabyte is judged by its end', () => {
  const rest = '‘'.repeat(2 ** 20);
  const complaint = 'touch: /srv/x: Read-only file system';
  // Each quote that is not closed must not go through the rest of them: that would take minutes.
  expect(complaintIn(`${rest}: Permission denied`, MAX_JUDGED_PATHS)).toEqual({
    kind: 'accessDenied',
    paths: [],
    areAlternatives: true,
  });
  expect([evidence(`${rest}: Permission denied`), evidence(`${rest}: ${complaint}`)]).toEqual([
    'words',
    'path',
  ]);
});

test('a network that is allowed and files that are not restricted deny nothing', () => {
  const policy = { ...POLICY, restrictsFiles: false, network: 'enabled' as const };
  const open = { ...PLAN, policy };
  expect([
    evidence('curl: (6) Could not resolve host: example.org', 6, open),
    evidence("touch: cannot touch '/srv/x': Read-only file system", 1, open),
  ]).toEqual([undefined, undefined]);
});

test('nothing is looked at where whoever answers for it may never do so', () => {
  const looked: string[] = [];
  const output = ['/dead/f', '/ws/aimed/f', '/srv/x']
    .map((path) => `touch: ${path}: Read-only file system`)
    .join('\n');
  const aimed = fakeFiles({
    '/ws/aimed': { link: '/dead/x' },
    '/srv/x': { text: '' },
    '/dead/f': { text: '' },
  });
  const look = (path: string): ReturnType<typeof aimed.look> => {
    looked.push(path);
    return aimed.look(path);
  };
  const host = { files: { ...aimed, look }, mountTable: () => DEAD_MOUNT };
  const denial = judgeDenial({ exitCode: 1, cwd: '/ws', output }, PLAN, host, () => true);
  expect([
    denial?.findings.map(({ subject }) => subject),
    looked.filter((path) => path.startsWith('/dead')),
  ]).toEqual([[{ type: 'path', path: 'file:///srv/x', operation: 'write' }], []]);
});

import { expect, test } from 'vitest';
import { fakeFiles } from '../files/testing/fake-files.js';
import { MAX_JUDGED_LINE_LENGTH, MAX_JUDGED_LINES, MAX_JUDGED_PATHS } from '../limits.js';
import type { NormalisedPolicy } from '../policy/path-rule.js';
import { rule } from '../policy/testing/rules.js';
import { complaintIn } from './complaint.js';
import { judgeDenial } from './judge-denial.js';

const FILES = fakeFiles({ '/ws/key': { text: '' }, '/etc/shadow': { text: '' }, '/srv/x': { text: '' } });

/** Everything can be read, `/ws` written, `/ws/key` not even read. */
const POLICY: NormalisedPolicy = {
  restrictsFiles: true,
  rules: [rule('read /'), rule('write /ws'), rule('deny /ws/key')],
  links: [],
  network: 'restricted',
  notes: [],
};

function evidence(output: string, exitCode = 1, policy = POLICY): string | undefined {
  const command = { exitCode, cwd: '/ws', output };
  return judgeDenial(command, policy, FILES, (path) => !path.startsWith('/etc'))?.evidence;
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

test('a path where the executor itself cannot look says nothing of the sandbox', () => {
  const files = fakeFiles({ '/srv/closed': 'shut', '/srv/closed/x': { text: '' } });
  const command = { exitCode: 1, cwd: '/ws', output: 'cat: /srv/closed/x: Permission denied' };
  expect(judgeDenial(command, POLICY, files, () => true)).toBeUndefined();
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
    judgeDenial({ exitCode: 1, cwd: '/ws', output }, POLICY, files, () => false)?.evidence;
  expect([judge(many), looks]).toEqual([undefined, MAX_JUDGED_PATHS]);
  expect(judge(`${many}touch: /srv/x: Read-only file system\n`)).toBe('path');
});

test('a line of a megabyte is judged by its end', () => {
  const rest = '‘'.repeat(2 ** 20);
  const complaint = 'touch: /srv/x: Read-only file system';
  // Each quote that is not closed must not go through the rest of them: that would take minutes.
  expect(complaintIn(`${rest}: Permission denied`)).toEqual({ kind: 'accessDenied', paths: [] });
  expect([evidence(`${rest}: Permission denied`), evidence(`${rest}: ${complaint}`)]).toEqual([
    'words',
    'path',
  ]);
});

test('a filtered system call ends a program by its own signal', () => {
  expect(evidence('', 159)).toBe('signal');
});

test('what the proxy has refused is the surest evidence of all', () => {
  const command = { exitCode: 159, cwd: '/ws', output: 'cat: key: Permission denied', wasRefused: true };
  expect(judgeDenial(command, POLICY, FILES, () => true)).toEqual({ evidence: 'refusal', line: undefined });
});

test('a network that is allowed and files that are not restricted deny nothing', () => {
  const open: NormalisedPolicy = { ...POLICY, restrictsFiles: false, network: 'enabled' };
  expect([
    evidence('curl: (6) Could not resolve host: example.org', 6, open),
    evidence("touch: cannot touch '/srv/x': Read-only file system", 1, open),
  ]).toEqual([undefined, undefined]);
});

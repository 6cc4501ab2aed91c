import {
  asProcessId,
  type EnvPolicy,
  ExecError,
  type ParamsOf,
  type processStart,
} from '@holdfast/exec-protocol';
import { expect, test } from 'vitest';
import { type LaunchHost, planLaunch } from './launch.js';
import { MAX_COMMAND_CHARACTERS } from './start-size.js';
import { NO_SANDBOXES } from './testing/no-sandboxes.js';

const HOST: LaunchHost = {
  env: { HOME: '/root' },
  cookie: { own: 'own', value: 'outer:own' },
  sandboxes: NO_SANDBOXES,
};

const START: ParamsOf<typeof processStart> = {
  processId: asProcessId('p'),
  argv: ['/bin/echo', 'a', 'b'],
  cwd: 'file:///srv',
  env: { A: '1' },
  tty: false,
};

const POLICY: EnvPolicy = {
  inherit: 'none',
  ignoreDefaultExcludes: true,
  exclude: [],
  set: {},
  includeOnly: [],
};

test('a start becomes what is spawned and what is known of it', () => {
  expect(planLaunch(START, HOST, 7)).toEqual({
    child: {
      argv: ['/bin/echo', 'a', 'b'],
      cwd: '/srv',
      env: { A: '1', HOLDFAST_SERVER_COOKIE: 'outer:own.7' },
      mark: 'HOLDFAST_SERVER_COOKIE=outer:own.7',
      stdin: 'null',
    },
    terminal: undefined,
    traits: {
      argv: ['/bin/echo', 'a', 'b'],
      cwd: 'file:///srv',
      tty: false,
      truncated: false,
      lifetime: 'session',
      retention: 'keep',
      drainMs: undefined,
    },
  });
});

test('the mark of a process comes first in its environment, of which only so much is looked at later', () => {
  const { child } = planLaunch({ ...START, env: { A: '1', HOLDFAST_SERVER_COOKIE: 'of-a-client' } }, HOST, 7);
  expect(Object.entries(child.env)).toEqual([
    ['HOLDFAST_SERVER_COOKIE', 'outer:own.7'],
    ['A', '1'],
  ]);
});

const HALF = 'x'.repeat(MAX_COMMAND_CHARACTERS / 2);

test.each([
  ['one argument', { argv: ['p', HALF, `${HALF}\0`], env: {} }],
  ['an argument and a name', { argv: ['p', HALF], env: { [HALF]: '' } }],
  ['values', { argv: ['p'], env: { A: HALF, B: HALF } }],
  ['what a policy sets', { argv: ['p', HALF], env: {}, envPolicy: { ...POLICY, set: { A: HALF } } }],
])('what no system runs a program with is refused before it is read: %s', (_, changes) => {
  expect(() => planLaunch({ ...START, ...changes }, HOST, 1)).toThrow(
    new ExecError(
      'argumentsTooLong',
      'arguments and environment are longer than any system allows, which is 6291456 bytes; pass long data through stdin or a file',
    ),
  );
});

test('what a system might run a program with is left to the system', () => {
  const changes = { argv: ['p', HALF.slice(1)], env: { A: HALF.slice(1) } };
  expect(planLaunch({ ...START, ...changes }, HOST, 1).child.argv).toEqual(changes.argv);
});

test.each([
  ['the program', { argv: ['/bin/ec\0ho'] }, 'argv.0'],
  ['an argument', { argv: ['/bin/echo', 'a', 'b\0'] }, 'argv.2'],
  ['the name that the program sees', { arg0: '\0' }, 'arg0'],
])('a NUL in %s is refused by its place', (_, changes, field) => {
  expect(() => planLaunch({ ...START, ...changes }, HOST, 1)).toThrow(
    new ExecError('invalidParams', `process/start: ${field}: holds a NUL, at which it would end; remove it`),
  );
});

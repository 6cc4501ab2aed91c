import { type EnvPolicy, ExecError } from '@holdfast/exec-protocol';
import { expect, test } from 'vitest';
import { childEnvironment } from './environment.js';

const EXECUTOR = {
  PATH: '/bin',
  HOME: '/root',
  TERM: 'xterm',
  PWD: '/srv',
  API_KEY: 'k',
  KEYBOARD: 'us',
  my_secret: 's',
  HOLDFAST_URL: 'ws://x/?token=t',
  OPENAI_IDENTITY_TOKEN_FILE: '/f',
};

function policy(changes: Partial<EnvPolicy> = {}): EnvPolicy {
  return { inherit: 'all', ignoreDefaultExcludes: true, exclude: [], set: {}, includeOnly: [], ...changes };
}

test('without a policy the child gets exactly what was sent, and nothing of the executor', () => {
  expect(childEnvironment({ A: '1' }, null, EXECUTOR)).toEqual({ A: '1' });
});

test('inherit decides what the executor contributes', () => {
  expect(childEnvironment({}, policy({ inherit: 'none' }), EXECUTOR)).toEqual({});
  expect(childEnvironment({}, policy({ inherit: 'core' }), EXECUTOR)).toEqual({
    PATH: '/bin',
    HOME: '/root',
  });
  expect(childEnvironment({}, policy(), EXECUTOR)).toEqual({
    PATH: '/bin',
    HOME: '/root',
    TERM: 'xterm',
    PWD: '/srv',
    API_KEY: 'k',
    KEYBOARD: 'us',
    my_secret: 's',
  });
});

test('the default excludes take every name that looks like a secret, in any case', () => {
  expect(childEnvironment({}, policy({ ignoreDefaultExcludes: false }), EXECUTOR)).toEqual({
    PATH: '/bin',
    HOME: '/root',
    TERM: 'xterm',
    PWD: '/srv',
  });
});

test('patterns cover whole names; set comes after exclude, includeOnly after set, env after all', () => {
  const changes = {
    exclude: ['p?th', 'key*'],
    set: { PATH: '/opt', EXTRA: 'e' },
    includeOnly: ['PATH', 'T*'],
  };
  expect(childEnvironment({ LAST: 'l' }, policy(changes), EXECUTOR)).toEqual({
    PATH: '/opt',
    TERM: 'xterm',
    LAST: 'l',
  });
});

test.each<[string, boolean]>([
  ['*', true],
  ['**A*?', true],
  ['a?C*d', true],
  ['*b*b*', false],
  ['?????', true],
  ['????', false],
  ['', false],
  ['a.c-d', false],
])('of abC-d the pattern %s fits: %s', (pattern, isKept) => {
  const kept = childEnvironment({}, policy({ includeOnly: [pattern] }), { 'abC-d': 'x' });
  expect(kept).toEqual(isKept ? { 'abC-d': 'x' } : {});
});

const TOO_MANY_STEPS = new ExecError(
  'limitExceeded',
  'process/start: envPolicy: its patterns and the names of variables are too many, or too long; send fewer',
);

/** Names of a thousand variables, as an executor in a cluster has. */
const MANY = Object.fromEntries(
  Array.from({ length: 1000 }, (_, at) => [`SERVICE_NUMBER_${String(at)}_PORT`, '1']),
);

test('a pattern of many stars, and a dozen for a thousand variables, are compared in no time', () => {
  const set = { ['a'.repeat(4000)]: 'x' };
  expect(childEnvironment({}, policy({ set, includeOnly: [`${'*a'.repeat(2000)}b`] }), {})).toEqual({});
  const exclude = Array.from({ length: 12 }, (_, at) => `*NAME_${String(at)}*`);
  expect(childEnvironment({}, policy({ ignoreDefaultExcludes: false, exclude }), MANY)).toEqual(MANY);
});

const LONG = 'a'.repeat(8000);

test.each<[string, Partial<EnvPolicy>]>([
  ['that go a long way at each place', { set: { [LONG]: '' }, includeOnly: [`*${'a'.repeat(4000)}b`] }],
  ['that are many', { includeOnly: Array.from({ length: 100_000 }, () => '') }],
  ['that are too much together', { exclude: twenty('*x'), includeOnly: twenty('*y') }],
])('patterns %s are refused', (_, changes) => {
  expect(() => childEnvironment({}, policy(changes), MANY)).toThrow(TOO_MANY_STEPS);
});

test('each half of what is too much together is compared', () => {
  expect(childEnvironment({}, policy({ exclude: twenty('*x') }), MANY)).toEqual(MANY);
  expect(childEnvironment({}, policy({ includeOnly: twenty('*y') }), MANY)).toEqual({});
});

function twenty(pattern: string): string[] {
  return Array.from({ length: 20 }, () => pattern);
}

test('secrets of the server reach no child, whoever sends them', () => {
  const sent = {
    HOLDFAST_TOKEN: 't',
    OTEL_EXPORTER_OTLP_HEADERS: 'h',
    CODEX_EXEC_SERVER_NOISE_AUTH_TOKEN: 'n',
    OK: '1',
  };
  expect(childEnvironment(sent, null, EXECUTOR)).toEqual({ OK: '1' });
});

test.each([
  ['an empty name', { '': 'v' }, 'one name is empty; name the variable or leave it out'],
  ['a name with a =', { 'A=B': 'v' }, 'the name "A=B" holds a =; what follows it belongs into the value'],
  [
    'a name that begins with a =',
    { '=C:': 'v' },
    'the name "=C:" holds a =; what follows it belongs into the value',
  ],
  ['a name with a NUL', { 'A\0B': 'v' }, 'the name "A\\u0000B" holds a NUL; remove it'],
  ['a value with a NUL', { A: 'secret\0' }, 'the value of "A" holds a NUL; remove it'],
])('%s is refused, in env and in what a policy sets', (_, bad, fault) => {
  const env = { OK: '=x=', ...bad };
  expect(() => childEnvironment(env, null, EXECUTOR)).toThrow(
    new ExecError('invalidParams', `process/start: env: ${fault}`),
  );
  expect(() => childEnvironment({}, policy({ set: env, includeOnly: ['OK'] }), EXECUTOR)).toThrow(
    new ExecError('invalidParams', `process/start: envPolicy.set: ${fault}`),
  );
});

test('whatever a shell could not name is passed on all the same, and so is what the executor was given', () => {
  const env = { '-': '', 'a b': '=', '\u{1F600}': '\n', '9': '"', constructor: 'c' };
  expect(childEnvironment(env, policy(), { '=': 'odd' })).toEqual({ '=': 'odd', ...env });
});

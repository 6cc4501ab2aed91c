import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { CARRIERS, disposeAll, startWorld, type World } from './harness.js';
import type { RawClient } from './raw-client.js';
import { finish, start } from './runs.js';

/** What no child may ever see, whoever asks for it. */
const SECRETS = {
  HOLDFAST_URL: 'ws://127.0.0.1:1/?token=secret',
  HOLDFAST_TOKEN: 'secret',
  HOLDFAST_ANYTHING: 'secret',
  OTEL_EXPORTER_OTLP_HEADERS: 'authorization=secret',
  CODEX_EXEC_SERVER_EXIT_ON_STDIN_CLOSE: 'true',
  CODEX_EXEC_SERVER_NOISE_AUTH_TOKEN: 'secret',
  CODEX_GUARDIAN_DECISIONS_API_KEY: 'secret',
  OPENAI_IDENTITY_TOKEN_FILE: 'secret',
};

const OWN = {
  PATH: '/usr/bin:/bin',
  HOME: '/',
  LANG: 'C',
  USER: 'somebody',
  FOO: 'foo',
  FOO_BAR: 'bar',
  KEYBOARD: 'us',
  MY_Token: 't',
};

const POLICY = { inherit: 'all', ignoreDefaultExcludes: false, exclude: [], set: {}, includeOnly: [] };

describe.each(CARRIERS)('the environment of a process over %s', (carrier) => {
  let world: World;
  let client: RawClient;
  let started = 0;

  beforeAll(async () => {
    world = await startWorld(carrier, { env: { ...OWN, ...SECRETS } });
    client = await world.connect();
    await client.initialize();
  });

  afterAll(async () => {
    await disposeAll(client, world);
  });

  /** What a child finds; TMPDIR is left out, since the harness gives the server one of its own. */
  async function environmentOf(changes: Readonly<Record<string, unknown>>): Promise<Record<string, string>> {
    started += 1;
    const id = `p${started}`;
    await start(client, id, ['/usr/bin/env', '-0'], changes);
    const { stdout } = await finish(client, id);
    const pairs = stdout
      .split('\0')
      .slice(0, -1)
      .map((pair) => pair.split(/=(.*)/s, 2) as [string, string]);
    const { TMPDIR: _ours, HOLDFAST_SERVER_COOKIE: cookie, ...rest } = Object.fromEntries(pairs);
    // The one variable that the server adds: its guardian finds by it what the server started.
    expect(cookie).toMatch(/^[0-9a-f-]{36}\.\d+$/);
    return rest;
  }

  test('is exactly what the client sent, and nothing of the server', async () => {
    expect(await environmentOf({ env: {} })).toEqual({});
    const env = { A: '1', EMPTY: '', 'odd name': 'a=b', LINES: 'one\ntwo', '\u00e9': '\u{1F600}' };
    expect(await environmentOf({ env })).toEqual(env);
    expect(await environmentOf({ env, envPolicy: null })).toEqual(env);
  });

  test('never holds a secret of the server, not even one that the client sends', async () => {
    expect(await environmentOf({ env: { ...SECRETS, A: '1' } })).toEqual({ A: '1' });
    const envPolicy = { ...POLICY, ignoreDefaultExcludes: true, set: SECRETS };
    expect(await environmentOf({ env: SECRETS, envPolicy })).toEqual(OWN);
  });

  const { KEYBOARD: _, MY_Token: __, ...harmless } = OWN;

  test.each([
    ['inherits all but likely secrets', {}, harmless],
    ['inherits all', { ignoreDefaultExcludes: true }, OWN],
    [
      'inherits the core',
      { inherit: 'core' },
      { PATH: OWN.PATH, HOME: OWN.HOME, LANG: OWN.LANG, USER: OWN.USER },
    ],
    ['inherits nothing', { inherit: 'none' }, {}],
    ['sets variables', { inherit: 'none', set: { FOO: 'set', NEW_KEY: 'k' } }, { FOO: 'set', NEW_KEY: 'k' }],
    [
      'excludes by pattern',
      { exclude: ['foo*', 'LAN?', 'HOM'] },
      { PATH: OWN.PATH, HOME: OWN.HOME, USER: OWN.USER },
    ],
    [
      'keeps only some, of what is set too',
      { set: { NEW: 'n', FOO_NEW: 'f' }, includeOnly: ['FOO_*'] },
      { FOO_BAR: 'bar', FOO_NEW: 'f' },
    ],
    [
      'takes dots and brackets as they are',
      { exclude: ['F.O', '[F]OO', 'FOO|LANG'], includeOnly: ['FOO', 'LANG'] },
      { FOO: 'foo', LANG: 'C' },
    ],
  ])('under a policy %s', async (_name, policy, expected) => {
    const envPolicy = { ...POLICY, ...policy };
    expect(await environmentOf({ env: {}, envPolicy })).toEqual(expected);
    // What the client sends beside a policy passes every filter.
    const env = { FOO: 'over', API_KEY: 'mine' };
    expect(await environmentOf({ env, envPolicy })).toEqual({ ...expected, ...env });
  });

  test('has the PATH that bare names are looked up in, or a default one', async () => {
    started += 2;
    await start(client, `p${started}`, ['true'], { env: {} });
    expect((await finish(client, `p${started}`)).exitCode).toBe(0);
    const answer = await client.request('process/start', {
      processId: `p${started + 1}`,
      argv: ['true'],
      cwd: 'file:///',
      env: { PATH: '/no/such' },
      tty: false,
    });
    expect(answer.error).toMatchObject({ code: -32603, data: { kind: 'programNotFound' } });
  });
});

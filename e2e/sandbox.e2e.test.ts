import { spawnSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { runHoldfast, SCRIPT, showOnTerminal } from './harness.js';

const TRIAL = [
  '--unshare-user',
  '--unshare-net',
  '--ro-bind',
  '/',
  '/',
  '--dev',
  '/dev',
  '--proc',
  '/proc',
  'true',
];
const WORKS = spawnSync('bwrap', TRIAL).status === 0;

let place = '';

beforeEach(() => {
  place = mkdtempSync(join(tmpdir(), 'holdfast-local-sandbox-'));
  mkdirSync(join(place, 'ws'));
  writeFileSync(join(place, 'ws', 'key'), 'secret\n');
});

afterEach(() => {
  rmSync(place, { recursive: true, force: true });
});

describe.runIf(WORKS)('holdfast sandbox', () => {
  const inWorkspace = (...args: readonly string[]): readonly string[] => [
    ...['sandbox', '--write', join(place, 'ws'), '--deny', join(place, 'ws/key'), '--'],
    ...args,
  ];

  test('keeps exit code and streams, and nothing is left behind', async () => {
    const script = `cd ${place}/ws; echo made > new; cat key; echo x > ../outside; mktemp > temporary; exit 3`;
    const { code, stdout, stderr } = await runHoldfast(inWorkspace('sh', '-c', script));
    const temporary = readFileSync(join(place, 'ws/temporary'), 'utf8').trim();
    expect([code, stdout, stderr.match(/Permission denied|Read-only/g)]).toEqual([
      3,
      '',
      ['Permission denied', 'Read-only'],
    ]);
    expect([readdirSync(place), readdirSync(join(place, 'ws')).sort(), existsSync(temporary)]).toEqual([
      ['ws'],
      ['key', 'new', 'temporary'],
      false,
    ]);
  });

  test('a program that is not there is told from a sandbox that cannot be', async () => {
    const missing = await runHoldfast(inWorkspace('/no/such/program'));
    expect([missing.code, missing.stderr]).toEqual([
      127,
      expect.stringContaining('holdfast: there is no program /no/such/program\n'),
    ]);
    const { code, stderr } = await runHoldfast(['sandbox', '--deny', '/proc/cpuinfo', '--', 'true']);
    expect([code, stderr]).toEqual([
      125,
      'holdfast: sandbox.permissions.file_system.entries.2: /proc/cpuinfo cannot be denied: every sandbox has a /proc of its own; leave the entry out\n',
    ]);
  });

  test('explains both phases and runs nothing', async () => {
    const { code, stdout } = await runHoldfast([
      'sandbox',
      'explain',
      '--json',
      '--write',
      place,
      '--',
      'touch',
      `${place}/x`,
    ]);
    const { policy, plan } = JSON.parse(stdout) as {
      policy: { network: string };
      plan: { argv: readonly string[] };
    };
    expect([code, policy.network, plan.argv.at(-1), existsSync(join(place, 'x'))]).toEqual([
      0,
      'restricted',
      `${place}/x`,
      false,
    ]);
  });

  test.runIf(existsSync(SCRIPT))('on a terminal the command has that terminal', async () => {
    expect(
      await showOnTerminal(
        ['sandbox', '--', 'sh', '-c', 'echo line > /dev/tty; tty > /dev/null && echo has'],
        {},
      ),
    ).toBe('line\r\nhas\r\n');
  });

  test.runIf(existsSync(SCRIPT))('Ctrl-C is for the command to take', async () => {
    const script = 'trap "echo taken" INT; kill -INT 0; echo lives';
    expect(await showOnTerminal(['sandbox', '--', 'sh', '-c', script], {})).toBe('taken\r\nlives\r\n');
  });
});

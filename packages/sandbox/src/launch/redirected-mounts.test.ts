import { type ChildProcessByStdio, spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, renameSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { pathToFileURL } from 'node:url';
import { beforeEach, describe, expect, test } from 'vitest';
import { NO_OPERATOR } from '../ceiling/operator-ceiling.js';
import { StalePlan } from '../files/stale-plan.js';
import { temporaryDirectory } from '../files/testing/temporary-directory.js';
import { parseIntent } from '../intent/parse-intent.js';
import { hasLostPath } from '../machine/bwrap-fault.js';
import { planSandbox } from '../plan-sandbox.js';
import { createSearches, readHostFacts } from '../real-host-facts.js';
import { openLaunch } from './open-launch.js';
import { PlaceholderStore } from './placeholder-store.js';

const worksHere = spawnSync('bwrap', ['--bind', '/', '/', 'true']).status === 0;

let place = '';
const at = (...names: readonly string[]): string => path.join(place, ...names);

beforeEach(() => {
  place = temporaryDirectory();
  for (const name of ['outside', 'ws/kept/deep', 'ws/other']) mkdirSync(at(name), { recursive: true });
  for (const name of ['kept/deep/file', 'kept/file', 'other/file'])
    writeFileSync(at('ws', name), 'as it was\n');
});

/**
 * Starts a command that leaves a mark, where all may be read and the workspace written.
 * @param kept What in the workspace is to be read alone. @param meanwhile What happens between the plan and its mounts.
 * @param cwd Where in the workspace it is started; default at the top.
 */
async function startAfter(
  meanwhile: () => void,
  kept: string,
  cwd = '.',
): Promise<{ readonly problem: unknown; readonly complaint: string }> {
  const store = new PlaceholderStore(at('state'), (problem) => {
    throw new Error(problem);
  });
  const env = { PATH: process.env['PATH'] ?? '' };
  const memory = { store, searches: createSearches() };
  const host = await readHostFacts({ cwd: at('ws', cwd), env }, process.env, memory);
  const entryOf = (file: string, access: string): object => ({
    path: { type: 'path', path: pathToFileURL(file).href },
    access,
  });
  const entries = [entryOf('/', 'read'), entryOf(at('ws'), 'write'), entryOf(at('ws', kept), 'read')];
  const intent = parseIntent({
    permissions: { type: 'managed', file_system: { type: 'restricted', entries }, network: 'restricted' },
    windowsSandboxLevel: 'disabled',
  });
  const command = { argv: ['/bin/sh', '-c', 'echo > ran'], cwd: at('ws', cwd), env } as const;
  const plan = await planSandbox(intent, command, host, NO_OPERATOR);
  const launch = await openLaunch(plan.launch, store);
  meanwhile();
  const child = spawn(launch.program, launch.args, {
    env: launch.env,
    stdio: ['ignore', 'ignore', 'pipe', ...launch.stdio],
    detached: true,
  }) as ChildProcessByStdio<null, null, Readable>;
  const wrapper = launch.watch(child);
  const complaint = text(child.stderr);
  try {
    const problem: unknown = await wrapper.running().then(
      () => undefined,
      (error: unknown) => error,
    );
    await wrapper.over;
    return { problem, complaint: await complaint };
  } finally {
    launch.ended();
  }
}

describe.skipIf(!worksHere)('a name that leads elsewhere when it is mounted', () => {
  test('nothing meanwhile, and the command runs', async () => {
    const { problem, complaint } = await startAfter(() => undefined, 'kept/deep');
    expect([problem, complaint, existsSync(at('ws/ran'))]).toEqual([undefined, '', true]);
  });

  test('has nothing mounted there: the command does not run, and its start is made again', async () => {
    const redirect = (): void => {
      renameSync(at('ws/kept'), at('ws/moved'));
      symlinkSync('other', at('ws/kept'));
    };
    const { problem } = await startAfter(redirect, 'kept/file');
    expect([problem instanceof StalePlan, existsSync(at('ws/ran'))]).toEqual([true, false]);
  });

  test.each([
    ['a file', 'kept/deep/file', 'outside/made'],
    ['a directory', 'kept', 'outside'],
  ])('makes nothing outside for %s', async (_, replaced, target) => {
    const redirect = (): void => {
      renameSync(at('ws', replaced), at('ws/moved'));
      symlinkSync(`/oldroot${at(target)}`, at('ws', replaced));
    };
    const { complaint } = await startAfter(redirect, 'kept/deep/file');
    expect([readdirSync(at('outside')), existsSync(at('ws/ran')), hasLostPath(complaint)]).toEqual([
      [],
      false,
      true,
    ]);
  });

  test('makes nothing elsewhere in what may be written', async () => {
    const redirect = (): void => {
      renameSync(at('ws/kept/deep/file'), at('ws/moved'));
      symlinkSync('../../other/made', at('ws/kept/deep/file'));
    };
    const { complaint } = await startAfter(redirect, 'kept/deep/file');
    expect([readdirSync(at('ws/other')), existsSync(at('ws/ran')), hasLostPath(complaint)]).toEqual([
      ['file'],
      false,
      true,
    ]);
  });

  test('is not where the command runs', async () => {
    const redirect = (): void => {
      renameSync(at('ws/start'), at('ws/moved'));
      symlinkSync('other', at('ws/start'));
    };
    mkdirSync(at('ws/start'));
    const { problem } = await startAfter(() => undefined, 'kept', 'start');
    expect([problem, existsSync(at('ws/start/ran'))]).toEqual([undefined, true]);
    expect(await startAfter(redirect, 'kept', 'start')).toEqual({
      problem: new StalePlan('its working directory', 'was replaced'),
      complaint: '',
    });
    expect(existsSync(at('ws/other/ran'))).toBe(false);
  });
});

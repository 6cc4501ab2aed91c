import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { plainIntent } from './intent/plain-intent.js';
import { INVENTORY_USERS } from './inventory/testing/users.js';
import { parseHostRules } from './network/host-rules.js';
import { type RunOptions, SandboxRunner } from './sandbox-runner.js';

const DEADLINE_MS = 60_000;
const [{ obstacle } = { obstacle: 'nobody' }] = INVENTORY_USERS.filter(
  ({ uid }) => uid === process.getuid?.(),
);

let folder = '';

beforeEach(() => {
  folder = mkdtempSync('/var/tmp/holdfast-runner-');
});

afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

const ENV = { PATH: '/usr/bin:/bin' };

/** Runs a script in a sandbox that may write the folder, but not see `secret` in it. */
async function run(
  script: string,
  options?: RunOptions,
  input = '',
): Promise<readonly [string, string, number]> {
  const intent = plainIntent({ write: [folder], deny: [join(folder, 'secret')] });
  const started = await RUNNER.start(
    intent,
    { argv: ['/bin/sh', '-c', script], cwd: folder, env: ENV },
    options,
  );
  started.stdin.end(input);
  const [stdout, stderr, { exitCode }] = await Promise.all([
    text(started.stdout),
    text(started.stderr),
    started.ended,
  ]);
  return [stdout, stderr, exitCode];
}

const RUNNER = new SandboxRunner({
  warn: (problem) => {
    throw new Error(problem);
  },
});

describe.skipIf(obstacle !== undefined)(
  `a runner${obstacle === undefined ? '' : ` (skipped: ${obstacle})`}`,
  () => {
    test('tells what has come up while a command ran, once it has ended', async () => {
      const intent = plainIntent({ write: [folder] });
      const script = 'mkdir made && cd made && git init -q';
      const command = { argv: ['/bin/sh', '-c', script], cwd: folder, env: ENV } as const;
      const run = await RUNNER.start(intent, command);
      run.stdin.end();
      const at = join(folder, 'made/.git');
      const text = `${at} was not there before, and git that is run in this repository outside runs the hooks and programs that it names`;
      expect(await run.appeared()).toEqual({ found: [{ kind: 'repository', path: at, text }], more: 0 });
    });

    test('has a command write what it may, with its own streams, variables and exit code', async () => {
      const answer = await run(
        'cat > copy; pwd; env | sort | head -2; echo to stderr >&2; exit 7',
        {},
        'given',
      );
      expect([answer, readFileSync(join(folder, 'copy'), 'utf8')]).toEqual([
        [`${folder}\nPATH=/usr/bin:/bin\nPWD=${folder}\n`, 'to stderr\n', 7],
        'given',
      ]);
    });

    test('has a command wait until it has been seen in its directory, so that none runs when this program is killed before', async () => {
      const { dev: device, ino: inode } = statSync(folder);
      const command = { argv: ['/bin/true'], cwd: folder, env: ENV } as const;
      const { plan, ended } = await RUNNER.start(plainIntent({}), command);
      expect([plan.launch.heldCwd, await ended]).toEqual([{ device, inode }, { exitCode: 0 }]);
    });

    test('gives what was printed to who reads it late, when the command has long ended', async () => {
      const command = { argv: ['/bin/sh', '-c', 'echo out; echo err >&2'], cwd: folder, env: ENV } as const;
      const runs = Array.from({ length: 8 }, async () => {
        const started = await RUNNER.start(plainIntent({}), command);
        await started.ended;
        return [await text(started.stdout), await text(started.stderr)];
      });
      expect(await Promise.all(runs)).toEqual(runs.map(() => ['out\n', 'err\n']));
    });

    test('keeps from it what is denied and what is outside, and leaves nothing behind', async () => {
      mkdirSync(join(folder, 'secret'));
      writeFileSync(join(folder, 'secret', 'key'), 'secret');
      const outside = mkdtempSync('/var/tmp/holdfast-outside-');
      const [stdout] = await run(`cat secret/key; touch ${outside}/file .bashrc; ls -A`);
      const made = existsSync(join(outside, 'file'));
      rmSync(outside, { recursive: true });
      expect([stdout.split('\n').includes('secret'), stdout.includes('key'), made]).toEqual([
        true,
        false,
        false,
      ]);
      expect(existsSync(join(folder, '.bashrc'))).toBe(false);
    });

    test('opens the hosts that are listed, and tells of each request', async () => {
      const server = createServer((_request, response) => response.end('served')).listen(0, '127.0.0.1');
      await new Promise((resolve) => server.once('listening', resolve));
      const { port } = server.address() as AddressInfo;
      const told: string[] = [];
      const fetched = await run(
        `node -e 'fetch("http://127.0.0.1:${port}").then((r) => r.text()).then(console.log)'`.replace(
          'node',
          process.execPath,
        ),
        {
          hosts: parseHostRules({ allow: [`127.0.0.1:${port}`], deny: [] }),
          onDecision: ({ decision, host }) => told.push(`${decision} ${host}`),
        },
      );
      server.close();
      expect([fetched, told]).toEqual([['served\n', '', 0], ['allow 127.0.0.1']]);
    });

    test.each([
      [
        'SIGTERM',
        "trap 'echo caught; exit 3' TERM; echo ready; while :; do sleep 0.01; done",
        'ready\ncaught\n',
        3,
      ],
      ['SIGKILL', 'echo ready; sleep 1000 & sleep 1000', 'ready\n', 137],
    ] as const)('ends one by %s, with all that it has started', async (signal, script, stdout, exitCode) => {
      const command = { argv: ['/bin/sh', '-c', script], cwd: folder, env: ENV } as const;
      const started = await RUNNER.start(plainIntent({ write: [folder] }), command);
      started.stdout.once('data', () => started.kill(signal));
      expect([await text(started.stdout), await started.ended]).toEqual([stdout, { exitCode }]);
    });

    test('says what it cannot run, and has run nothing', async () => {
      const start = (argv: readonly [string, ...string[]], write = folder): Promise<unknown> =>
        RUNNER.start(plainIntent({ write: [write] }), { argv, cwd: folder, env: ENV });
      await expect(start(['/nowhere/program'])).rejects.toMatchObject({
        kind: 'spawnFailed',
        message: '/nowhere/program, in its sandbox: it cannot be executed: ENOENT',
      });
      writeFileSync(join(folder, 'plain'), '');
      for (const [program, why] of [
        ['nothing-of-that-name', 'ENOENT'],
        ['./plain', 'EACCES'],
        [folder, 'EACCES'],
      ] as const)
        await expect(start([program])).rejects.toMatchObject({
          kind: 'spawnFailed',
          message: `${program}, in its sandbox: it cannot be executed: ${why}`,
        });
      const hidden = plainIntent({ deny: ['/usr/bin/env'] });
      const command = { argv: ['env'], cwd: folder, env: ENV } as const;
      await expect(RUNNER.start(hidden, command)).rejects.toMatchObject({
        kind: 'spawnFailed',
        message: 'env, in its sandbox: it cannot be executed: the sandbox does not show it',
      });
      await expect(start(['touch', 'file'], '/usr/bin')).rejects.toMatchObject({
        kind: 'sandboxUnsupported',
      });
      const calledOff = AbortSignal.abort(new Error('not wanted'));
      await expect(run('touch file', { signal: calledOff })).rejects.toThrow('not wanted');
      expect(existsSync(join(folder, 'file'))).toBe(false);
    });
  },
  DEADLINE_MS,
);

import { type ChildProcess, spawn } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { join } from 'node:path';
import { buffer, text } from 'node:stream/consumers';
import { expect, test } from 'vitest';
import { eventually, within } from '../deadline.js';
import { PROGRAM, runHoldfast } from '../harness.js';
import { descendants } from '../process-table.js';
import { type SandboxPlace, sandboxPlace } from './sandbox-profiles.js';
import { describeConfined, WHOEVER_TESTS } from './sandbox-users.js';

/** Real sandboxes are planned and started, one after the other, on a machine that may be busy. */
const DEADLINE_MS = 120_000;

/** For what a whole script takes, with several sandboxes in it. */
const SCRIPT_MS = 60_000;

/** What an outer shell has: `confined` runs a command in a sandbox, and `until_there` waits for a file. */
const OUTER_SHELL = `
confined() { "$NODE" "$PROGRAM" sandbox --write "$WS" -- "$@"; }
until_there() { until [ -e "$1" ]; do sleep 0.02; done; }
`;

function startOuter({ path, workspace, outside }: SandboxPlace, script: string): ChildProcess {
  return spawn('/bin/sh', ['-c', OUTER_SHELL + script], {
    cwd: path,
    env: { ...process.env, NODE: process.execPath, PROGRAM, WS: workspace, OUT: outside },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
}

/** Runs a script of an outer shell. @returns its exit code. */
async function runOuter(place: SandboxPlace, script: string): Promise<number> {
  const [code] = (await within('its end', once(startOuter(place, script), 'exit'), SCRIPT_MS)) as [number];
  return code;
}

describeConfined('pipes as streams of `holdfast sandbox`', WHOEVER_TESTS, () => {
  test(
    'cannot be written by the command for those who read stdin after it',
    async () => {
      await using place = await sandboxPlace(WHOEVER_TESTS);
      const command = `: > "$WS/ran"; echo planted > /proc/self/fd/0; echo planted > /dev/stdin`;
      const code = await runOuter(place, `: | { confined /bin/sh -c '${command}'; cat > "$OUT/rest"; }`);
      expect([code, existsSync(join(place.workspace, 'ran'))]).toEqual([0, true]);
      expect(readFileSync(join(place.outside, 'rest'), 'utf8')).toBe('');
    },
    DEADLINE_MS,
  );

  test(
    'give the command nothing of what others have written to stdout before it',
    async () => {
      await using place = await sandboxPlace(WHOEVER_TESTS);
      const command = `dd iflag=nonblock bs=6 count=1 of="$WS/taken" < /proc/self/fd/1`;
      const writer = `{ printf secret; confined /bin/sh -c '${command}' 2> "$OUT/said"; : > "$OUT/done"; }`;
      await runOuter(place, `${writer} | { until_there "$OUT/done"; cat > "$OUT/got"; }`);
      const at = { taken: join(place.workspace, 'taken'), got: join(place.outside, 'got') };
      expect([readFileSync(at.taken, 'utf8'), readFileSync(at.got, 'utf8')]).toEqual(['', 'secret']);
    },
    DEADLINE_MS,
  );

  test(
    'keep every byte, the order of what goes to one of them, and the exit code',
    async () => {
      await using place = await sandboxPlace(WHOEVER_TESTS);
      const at = (name: string): string => join(place.outside, name);
      const bytes = randomBytes(16 * 2 ** 20);
      writeFileSync(at('in'), bytes);
      const copy = `{ confined /bin/sh -c 'cat; exit 3'; echo $? > "$OUT/code"; }`;
      await runOuter(place, `cat "$OUT/in" | ${copy} | cat > "$OUT/out"`);
      expect(readFileSync(at('code'), 'utf8')).toBe('3\n');
      expect(digestOf(readFileSync(at('out')))).toBe(digestOf(bytes));
      const mixed = 'for n in 1 2 3; do echo out; echo err >&2; done';
      await runOuter(place, `confined /bin/sh -c '${mixed}' 2>&1 | cat > "$OUT/log"`);
      expect(readFileSync(at('log'), 'utf8')).toBe('out\nerr\n'.repeat(3));
    },
    DEADLINE_MS,
  );

  test(
    'that nobody reads any more end who writes there',
    async () => {
      await using place = await sandboxPlace(WHOEVER_TESTS);
      await runOuter(place, `{ confined yes; echo $? > "$OUT/code"; } | head -n 1 > "$OUT/first"`);
      const read = (name: string): string => readFileSync(join(place.outside, name), 'utf8');
      expect([read('first'), read('code')]).toEqual(['y\n', '141\n']);
    },
    DEADLINE_MS,
  );

  test(
    'are read as slowly as one likes: all arrives before the end',
    async () => {
      await using place = await sandboxPlace(WHOEVER_TESTS);
      const command = `head -c 100000 /dev/zero; : > "$WS/ended"`;
      const reader = `{ until_there "$WS/ended"; cat > "$OUT/out"; }`;
      await runOuter(place, `{ confined /bin/sh -c '${command}'; printf after; } | ${reader}`);
      const out = readFileSync(join(place.outside, 'out'));
      expect([out.length, out.subarray(-5).toString()]).toEqual([100_005, 'after']);
    },
    DEADLINE_MS,
  );

  test(
    'that are not read keep nobody who was told to end, and lose nothing, nor what is told of the command',
    async () => {
      await using place = await sandboxPlace(WHOEVER_TESTS);
      const at = (name: string): string => join(place.outside, name);
      const command = `git init -q "$WS/made"; head -c 100000 /dev/zero; : > "$WS/ended"`;
      const own = `sh -c 'echo $$ > "$OUT/pid"; exec "$NODE" "$PROGRAM" sandbox --write "$WS" -- "$@" 2> "$OUT/said"' sh`;
      const writer = `{ ${own} /bin/sh -c '${command}'; : > "$OUT/over"; }`;
      const outer = startOuter(place, `${writer} | { until_there "$OUT/go"; cat > "$OUT/out"; }`);
      const ended = once(outer, 'exit');
      await eventually(
        'its command to end',
        () => existsSync(join(place.workspace, 'ended')) || undefined,
        SCRIPT_MS,
      );
      const pid = Number(readFileSync(at('pid'), 'utf8'));
      await eventually(
        'the end of all but what carries its output',
        () => descendants(pid).every(({ command }) => command.startsWith('cat')) || undefined,
        SCRIPT_MS,
      );
      process.kill(pid, 'SIGTERM');
      await eventually('its end', () => existsSync(at('over')) || undefined, SCRIPT_MS);
      writeFileSync(at('go'), '');
      await within('the end of the reader', ended, SCRIPT_MS);
      expect(statSync(at('out')).size).toBe(100_000);
      expect(readFileSync(at('said'), 'utf8')).toContain(
        `holdfast: note: ${place.workspace}/made/.git was not there before, and git that is run in this repository outside runs the hooks and programs that it names\n`,
      );
    },
    DEADLINE_MS,
  );

  test(
    'are not read for a sandbox that cannot be',
    async () => {
      await using place = await sandboxPlace(WHOEVER_TESTS);
      const refused = `"$NODE" "$PROGRAM" sandbox --deny /proc/cpuinfo -- true 2> "$OUT/said"`;
      await runOuter(place, `printf 'line\\n' | { ${refused}; cat > "$OUT/rest"; }`);
      expect(readFileSync(join(place.outside, 'rest'), 'utf8')).toBe('line\n');
    },
    DEADLINE_MS,
  );
});

describeConfined('sockets as streams of `holdfast sandbox`', WHOEVER_TESTS, () => {
  test(
    'that a program of Node gives can be opened by the names of the three',
    async () => {
      const script = 'cat /dev/stdin > /dev/stdout; echo said > /dev/stderr';
      const outcome = await runHoldfast(['sandbox', '--', '/bin/sh', '-c', script], {
        input: 'text\n',
        limitMs: SCRIPT_MS,
      });
      expect(outcome).toEqual({ code: 0, stdout: 'text\n', stderr: 'said\n' });
    },
    DEADLINE_MS,
  );

  test(
    'carry both directions of a connection, of which the command has pipes alone',
    async () => {
      await using place = await sandboxPlace(WHOEVER_TESTS);
      const server = createServer({ pauseOnConnect: true }).listen(0, '127.0.0.1');
      try {
        const [client, connection] = await bothEnds(server);
        const script = 'for fd in 0 1; do readlink /proc/self/fd/$fd | tr -d 0-9; done >&2; cat; echo end';
        const child = spawn(process.execPath, [PROGRAM, 'sandbox', '--', '/bin/sh', '-c', script], {
          cwd: place.path,
          stdio: [connection, connection, 'pipe'],
        });
        const said = text(child.stderr);
        const exited = once(child, 'exit') as Promise<[number]>;
        connection.destroy();
        const bytes = randomBytes(2 ** 20);
        client.end(bytes);
        const [got, kinds, [code]] = await within(
          'the end of the connection',
          Promise.all([buffer(client), said, exited]),
          SCRIPT_MS,
        );
        expect(digestOf(got)).toBe(digestOf(Buffer.concat([bytes, Buffer.from('end\n')])));
        expect([code, kinds.includes('socket')]).toEqual([0, false]);
      } finally {
        server.close();
      }
    },
    DEADLINE_MS,
  );
});

/** The ends of one connection to a server. */
async function bothEnds(server: Server): Promise<readonly [Socket, Socket]> {
  await once(server, 'listening');
  const accepted = once(server, 'connection') as Promise<[Socket]>;
  const client = connect((server.address() as AddressInfo).port, '127.0.0.1');
  const [[connection]] = await Promise.all([accepted, once(client, 'connect')]);
  return [client, connection];
}

function digestOf(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

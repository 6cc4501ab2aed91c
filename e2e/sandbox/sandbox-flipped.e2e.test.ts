import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import {
  chmodSync,
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { expect, test } from 'vitest';
import { Command } from '../command.js';
import { eventually, within } from '../deadline.js';
import { PROGRAM, runHoldfast, SCRIPT, showOnTerminal, spawnHoldfast } from '../harness.js';
import { PATH } from '../runs.js';
import { recordsOf, type SandboxPlace, sandboxPlace } from './sandbox-profiles.js';
import { describeConfined, WHOEVER_TESTS } from './sandbox-users.js';

/** Real sandboxes are planned and started many times, one after the other, on a machine that may be busy. */
const DEADLINE_MS = 240_000;

/** As often as a sandbox is planned for one start, at most. */
const MAX_PLANS = 16;

/** Makes, removes, renames and exchanges repositories below the working directory until it is ended. */
const FLIP = `
  const { mkdirSync, renameSync, rmSync, symlinkSync, writeFileSync } = require('node:fs');
  const lull = new Int32Array(new SharedArrayBuffer(4));
  const attempt = (change) => { try { change(); } catch {} };
  for (let round = 0; ; round += 1) {
    const name = (n) => 'r' + ((round + n) % 7);
    const git = name(0) + '/.git';
    for (const part of ['objects', 'refs', 'hooks']) attempt(() => mkdirSync(git + '/' + part, { recursive: true }));
    for (const part of ['HEAD', 'config']) attempt(() => writeFileSync(git + '/' + part, ''));
    attempt(() => rmSync(name(2), { recursive: true, force: true }));
    attempt(() => rmSync('moved', { recursive: true, force: true }));
    attempt(() => renameSync(name(4), 'moved'));
    attempt(() => symlinkSync('moved', name(4)));
    Atomics.wait(lull, 0, 0, 200);
  }`;

/** A place with a bubblewrap that loses what it is to show. */
interface LossyPlace extends SandboxPlace {
  /** For a program there. */
  readonly env: Readonly<Record<string, string>>;
  /** What a start there may do. */
  readonly options: readonly string[];
  /** How often bubblewrap was to mount something. */
  starts(): number;
}

/** @param losses How often a repository goes away while bubblewrap mounts it. It is there again for the next plan. */
async function lossyPlace(losses: number): Promise<LossyPlace> {
  const place = await sandboxPlace(WHOEVER_TESTS);
  const [program, starts] = [join(place.path, 'run', 'bwrap'), join(place.path, 'run', 'starts')];
  const repository = join(place.workspace, 'repository');
  const make = `mkdir -p ${repository}/.git/objects ${repository}/.git/refs ${repository}/.git/hooks; : > ${repository}/.git/HEAD; : > ${repository}/.git/config`;
  const script = `#!/bin/sh
PATH='${PATH}'
case "$*" in
  *--block-fd*) echo start >> ${starts};;
  *) exec bwrap "$@";;
esac
[ $(wc -l < ${starts}) -gt ${losses} ] && exec bwrap "$@"
rm -r ${repository}
bwrap "$@"
code=$?
${make}
exit $code
`;
  writeFileSync(program, script);
  chmodSync(program, 0o755);
  mkdirSync(join(repository, '.git', 'hooks'), { recursive: true });
  for (const name of ['objects', 'refs']) mkdirSync(join(repository, '.git', name));
  for (const name of ['HEAD', 'config']) writeFileSync(join(repository, '.git', name), '');
  mkdirSync(join(place.path, 'run', 'temporary'));
  return {
    ...place,
    env: { HOLDFAST_BWRAP: program, TMPDIR: join(place.path, 'run', 'temporary') },
    options: ['sandbox', '--write', place.workspace],
    starts: () => (existsSync(starts) ? readFileSync(starts, 'utf8').split('\n').length - 1 : 0),
  };
}

/** What starts have left behind: placeholders, records, and temporary directories. */
function leftIn(place: LossyPlace): readonly string[] {
  const others = readdirSync(place.workspace).filter((name) => name !== 'repository');
  return [...others, ...recordsOf(place), ...readdirSync(join(place.path, 'run', 'temporary'))];
}

describeConfined('`holdfast sandbox` while files change under it', WHOEVER_TESTS, () => {
  test(
    'starts beside a command that makes, removes and exchanges repositories, and loses no byte',
    async () => {
      await using place = await sandboxPlace(WHOEVER_TESTS);
      const temporary = join(place.path, 'run', 'temporary');
      mkdirSync(temporary);
      const flipped = join(place.workspace, 'flipped');
      mkdirSync(flipped);
      const flip = ['/bin/sh', '-c', `cd ${flipped} && exec "$0" -e "$1"`, process.execPath, FLIP];
      const options = ['sandbox', '--write', place.workspace];
      const flipper = new Command(spawnHoldfast([...options, '--', ...flip], { TMPDIR: temporary }));
      await eventually('a repository', () => readdirSync(flipped).length > 0 || undefined);
      try {
        const input = randomBytes(150_000).toString('base64');
        const outcomes: unknown[] = [];
        for (let start = 0; start < 20; start += 1) {
          const script = 'cat; echo err >&2; exit 7';
          const { code, stdout, stderr } = await runHoldfast([...options, '--', '/bin/sh', '-c', script], {
            input,
          });
          const said = stderr.replaceAll(/^holdfast: note: .*\n/gm, '');
          // Where files change faster than sandboxes are planned, it says so.
          const isRefused =
            code === 125 && stdout === '' && /^holdfast: .* 16 plans \(MAX_PLANS\); /.test(said);
          outcomes.push(isRefused ? 'refused' : [code, stdout === input, said]);
        }
        const started = outcomes.filter((outcome) => outcome !== 'refused');
        expect(started).toEqual(started.map(() => [7, true, 'err\n']));
        expect(started).not.toEqual([]);
      } finally {
        flipper.child.kill('SIGTERM');
        await within('the end of what changes files', flipper.ended);
      }
      expect(recordsOf(place)).toEqual([]);
    },
    DEADLINE_MS,
  );

  test(
    'is planned anew with its network, and leaves nothing of what failed',
    async () => {
      await using place = await lossyPlace(2);
      const words = [...place.options, '--allow-host', 'example.org', '--', '/bin/sh', '-c'];
      const script = 'cat; printf "%s " "$HTTP_PROXY" | grep -c http; echo err >&2; exit 7';
      const outcome = await runHoldfast([...words, script], { env: place.env, input: 'once\n' });
      expect([outcome, place.starts()]).toEqual([{ code: 7, stdout: 'once\n1\n', stderr: 'err\n' }, 3]);
      expect(leftIn(place)).toEqual([]);
    },
    DEADLINE_MS,
  );

  test(
    'says so when it was planned in vain up to the limit, and leaves stdin to others',
    async () => {
      await using place = await lossyPlace(MAX_PLANS);
      const [list, out, said] = ['list', 'out', 'said'].map((name) => join(place.path, name)) as [
        string,
        string,
        string,
      ];
      writeFileSync(list, 'first\nsecond\n');
      for (const file of [out, said]) closeSync(openSync(file, 'w'));
      const confined = `"${process.execPath}" "${PROGRAM}" ${place.options.join(' ')} -- cat`;
      const script = `{ ${confined}; echo $?; cat; } < ${list} > ${out} 2> ${said}`;
      const shell = spawn('/bin/sh', ['-c', script], { env: { PATH, ...place.env }, stdio: 'ignore' });
      await within('the end of the script', once(shell, 'exit'), DEADLINE_MS);
      expect([readFileSync(out, 'utf8'), readFileSync(said, 'utf8'), place.starts()]).toEqual([
        '125\nfirst\nsecond\n',
        expect.stringMatching(
          /^holdfast: sandbox: what it shows \(bwrap: .*\) has gone while the sandbox was planned, and so it was with 16 plans \(MAX_PLANS\); try again when less is changed there\n$/,
        ),
        MAX_PLANS,
      ]);
      expect(leftIn(place)).toEqual([]);
    },
    DEADLINE_MS,
  );

  test(
    'is planned anew as often as the limit says, also where its stderr is the null device',
    async () => {
      await using place = await lossyPlace(MAX_PLANS - 1);
      const words = [PROGRAM, ...place.options, '--', '/bin/sh', '-c', 'echo out; echo err >&2; exit 7'];
      const child = spawn(process.execPath, words, {
        env: { PATH, ...place.env },
        stdio: ['ignore', 'pipe', 'ignore'],
      });
      const closed = once(child, 'close') as Promise<[number]>;
      const [stdout, [code]] = await within('its end', Promise.all([text(child.stdout), closed]));
      expect([code, stdout, place.starts()]).toEqual([7, 'out\n', MAX_PLANS]);
    },
    DEADLINE_MS,
  );

  test(
    'is called off between two plans by a signal',
    async () => {
      await using place = await lossyPlace(Number.MAX_SAFE_INTEGER);
      const command = new Command(spawnHoldfast([...place.options, '--', 'touch', 'ran'], place.env));
      await eventually('a second start', () => place.starts() > 1 || undefined);
      command.child.kill('SIGINT');
      expect(await command.ended).toEqual({ code: 130, stdout: '', stderr: '' });
      expect(leftIn(place)).toEqual([]);
    },
    DEADLINE_MS,
  );

  test.runIf(existsSync(SCRIPT))(
    'shows nothing of a start that is repeated on a terminal, which its command has as its stderr',
    async () => {
      await using place = await lossyPlace(2);
      const script = 'test -t 2 && test ! -e /proc/$$/fd/3 && echo out; echo err >&2';
      const shown = await showOnTerminal([...place.options, '--', '/bin/sh', '-c', script], place.env);
      expect([shown, place.starts()]).toEqual(['out\r\nerr\r\n', 3]);
    },
    DEADLINE_MS,
  );
});

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, mkdirSync, openSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { within } from '../deadline.js';
import { PROGRAM, runHoldfast } from '../harness.js';
import { type SandboxPlace, sandboxPlace } from './sandbox-profiles.js';
import { describeConfined, WHOEVER_TESTS } from './sandbox-users.js';

/** Real sandboxes are planned and started, one after the other, on a machine that may be busy. */
const DEADLINE_MS = 120_000;

describeConfined('files and directories as streams of `holdfast sandbox`', WHOEVER_TESTS, () => {
  /** Runs a script with what a shell would open for it. @returns its exit code. */
  async function run(
    { workspace, path, server }: SandboxPlace,
    script: string,
    redirections: string,
  ): Promise<number> {
    const temporary = join(path, 'run', 'temporary');
    mkdirSync(temporary, { recursive: true });
    const words = ['sandbox', '--write', workspace, '--', '/bin/sh', '-c', script];
    const child = spawn(
      '/bin/sh',
      ['-c', `exec "$0" "$@" ${redirections}`, process.execPath, PROGRAM, ...words],
      {
        cwd: path,
        env: { ...process.env, ...server.env, TMPDIR: temporary },
        stdio: 'ignore',
      },
    );
    const [code] = (await within('its end', once(child, 'exit'))) as [number];
    return code;
  }

  test(
    'a file is read and written to its end, in the order in which it was written',
    async () => {
      await using place = await sandboxPlace(WHOEVER_TESTS);
      const at = (name: string): string => join(place.outside, name);
      const text = 'line\n'.repeat(400_000);
      writeFileSync(at('in'), text);
      writeFileSync(at('log'), 'before\n');
      expect(await run(place, 'cat; exit 3', `< ${at('in')} > ${at('out')}`)).toBe(3);
      expect(readFileSync(at('out'), 'utf8') === text).toBe(true);
      const script = 'for n in 1 2 3; do echo out; echo err >&2; done';
      expect(await run(place, script, `>> ${at('log')} 2>&1`)).toBe(0);
      expect(readFileSync(at('log'), 'utf8')).toBe(`before\n${'out\nerr\n'.repeat(3)}`);
    },
    DEADLINE_MS,
  );

  test(
    'output that cannot be written is no success, as it would be none without a sandbox',
    async () => {
      await using place = await sandboxPlace(WHOEVER_TESTS);
      expect(await run(place, 'echo lost', '> /dev/full')).toBe(125);
      expect(await run(place, 'echo lost; exit 3', '> /dev/full')).toBe(3);
      expect(await run(place, 'echo for nobody', '| :')).toBe(0);
      const { stdout: help } = await runHoldfast(['sandbox', '--help']);
      expect(help).toContain('or the command ended with 0, and output of it was lost');
    },
    DEADLINE_MS,
  );

  test(
    'the exit code is that of the command where what is told of it cannot be written',
    async () => {
      await using place = await sandboxPlace(WHOEVER_TESTS);
      expect(await run(place, `git init -q ${place.workspace}/made`, '2> /dev/full')).toBe(0);
      expect(await run(place, `git init -q ${place.workspace}/more; exit 3`, '2> /dev/full')).toBe(3);
    },
    DEADLINE_MS,
  );

  test(
    'a command that reads only the beginning ends, though its file has no end',
    async () => {
      await using place = await sandboxPlace(WHOEVER_TESTS);
      const out = join(place.outside, 'out');
      expect(await run(place, 'head -c 3 | od -An -tx1', `< /dev/zero > ${out}`)).toBe(0);
      expect(readFileSync(out, 'utf8')).toBe(' 00 00 00\n');
    },
    DEADLINE_MS,
  );

  test(
    'a file goes on for whoever has started it where the command has stopped reading',
    async () => {
      await using place = await sandboxPlace(WHOEVER_TESTS);
      const at = (name: string): string => join(place.outside, name);
      const lines = Array.from({ length: 100_000 }, (_, n) => `line ${n}\n`);
      writeFileSync(at('list'), lines.join(''));
      const confined = `"${process.execPath}" "${PROGRAM}" sandbox -- /bin/sh -c`;
      const steps = [
        'read -r first',
        `${confined} true`,
        `${confined} 'read -r second; echo "$second"'`,
        // Much more than a pipe holds.
        `${confined} 'head -c 300000 | wc -c'`,
        'head -n 1',
        `${confined} cat | wc -l`,
        'cat',
      ];
      const script = `{ ${steps.join('; ')}; } < ${at('list')} > ${at('out')}; echo "$first" >> ${at('out')}`;
      const env = { ...process.env, ...place.server.env };
      const outer = spawn('/bin/sh', ['-c', script], { cwd: place.path, env, stdio: 'ignore' });
      await within('the end of the script', once(outer, 'exit'), DEADLINE_MS);
      const out = readFileSync(at('out'), 'utf8').split('\n');
      const rest = lines.join('').slice('line 0\nline 1\n'.length + 300_000);
      const next = rest.split('\n', 1)[0] ?? '';
      const left = rest.split('\n').length - 2;
      expect(out).toEqual(['line 1', '300000', next, String(left), 'line 0', '']);
    },
    DEADLINE_MS,
  );

  test(
    'a file outside cannot be opened again to be written',
    async () => {
      await using place = await sandboxPlace(WHOEVER_TESTS);
      const at = (name: string): string => join(place.outside, name);
      writeFileSync(at('in'), 'original\n');
      writeFileSync(at('log'), 'before\n');
      const sign = join(place.workspace, 'ran');
      // `:` would end the shell where it cannot open the file.
      const script = `: > ${sign}; echo bad > /proc/self/fd/0; echo bad > /dev/stdin; true > /proc/self/fd/1; true`;
      await run(place, script, `< ${at('in')} >> ${at('log')}`);
      expect(readdirSync(place.workspace)).toEqual(['ran']);
      expect([readFileSync(at('in'), 'utf8'), readFileSync(at('log'), 'utf8')]).toEqual([
        'original\n',
        'before\n',
      ]);
    },
    DEADLINE_MS,
  );

  test(
    'a directory is refused',
    async () => {
      await using place = await sandboxPlace(WHOEVER_TESTS);
      const said = join(place.path, 'said');
      closeSync(openSync(said, 'w'));
      const script = 'echo x > /proc/self/fd/0/../planted';
      expect(await run(place, script, `< ${place.workspace} 2> ${said}`)).toBe(125);
      expect(readFileSync(said, 'utf8')).toBe(
        'holdfast: stdin is a directory, and leads out of the sandbox; give it a file, a pipe or /dev/null\n',
      );
      expect(readdirSync(place.path).includes('planted')).toBe(false);
    },
    DEADLINE_MS,
  );
});

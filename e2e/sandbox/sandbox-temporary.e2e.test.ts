import { chmodSync, chownSync, lstatSync, mkdirSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { runHoldfast } from '../harness.js';
import { type SandboxPlace, sandboxPlace } from './sandbox-profiles.js';
import { describeConfined, WHOEVER_TESTS } from './sandbox-users.js';

/** Real sandboxes are planned and started, one after the other, on a machine that may be busy. */
const DEADLINE_MS = 120_000;

const OTHER = 64_322;

/** A bubblewrap that does something first whenever it is called, as while a sandbox is planned. */
function bubblewrapAfter(work: string, { path }: SandboxPlace): string {
  const program = join(path, 'run', 'bwrap');
  writeFileSync(program, `#!/bin/sh\n${work}\nexec bwrap "$@"\n`);
  chmodSync(program, 0o755);
  return program;
}

describeConfined('the temporary directory of `holdfast sandbox`', WHOEVER_TESTS, () => {
  test(
    'that is exchanged for a link while the sandbox is planned opens nothing',
    async () => {
      await using place = await sandboxPlace(WHOEVER_TESTS);
      const temporary = join(place.path, 'run', 'temporary');
      mkdirSync(temporary);
      const own = `${temporary}/holdfast-sandbox-*`;
      const exchange = `for own in ${own}; do [ -L "$own" ] || { mv "$own" ${temporary}/moved; ln -s ${place.outside} "$own"; }; done`;
      const { code, stderr } = await runHoldfast(
        ['sandbox', '--', '/bin/sh', '-c', `echo planted > ${place.outside}/planted`],
        { env: { HOLDFAST_BWRAP: bubblewrapAfter(exchange, place), TMPDIR: temporary } },
      );
      expect(readdirSync(place.outside)).toEqual([]);
      expect([code, stderr]).toEqual([
        125,
        expect.stringMatching(
          /^holdfast: sandbox: \S+\/holdfast-sandbox-\S+ was replaced while the sandbox was planned, and so it was with 16 plans \(MAX_PLANS\); /m,
        ),
      ]);
      // So it was exchanged.
      expect(readdirSync(temporary).some((name) => lstatSync(join(temporary, name)).isSymbolicLink())).toBe(
        true,
      );
    },
    DEADLINE_MS,
  );

  test(
    'may be written where the way to it leads through a link, and is gone at the end',
    async () => {
      await using place = await sandboxPlace(WHOEVER_TESTS);
      mkdirSync(join(place.path, 'run', 'temporary'));
      symlinkSync('run/temporary', join(place.path, 'link'));
      const { code, stdout, stderr } = await runHoldfast(
        ['sandbox', '--', '/bin/sh', '-c', 'echo text > "$TMPDIR/file" && cat "$TMPDIR/file"'],
        { env: { TMPDIR: join(place.path, 'link') } },
      );
      expect({ code, stdout, stderr }).toEqual({ code: 0, stdout: 'text\n', stderr: '' });
      expect(readdirSync(join(place.path, 'run', 'temporary'))).toEqual([]);
    },
    DEADLINE_MS,
  );

  test(
    'takes names that are kept elsewhere, since nobody meets them there',
    async () => {
      await using place = await sandboxPlace(WHOEVER_TESTS);
      const make =
        'cd "$TMPDIR" && ls -A && mkdir .vscode && echo text > .envrc && cat .envrc && ! touch "$0/.envrc"';
      const { code, stdout } = await runHoldfast(
        ['sandbox', '--write', place.workspace, '--', '/bin/sh', '-c', make, place.workspace],
        {},
      );
      expect({ code, stdout }).toEqual({ code: 0, stdout: 'text\n' });
    },
    DEADLINE_MS,
  );

  test.runIf(process.getuid?.() === 0)(
    'stays with what root alone could remove of what the command has moved into it',
    async () => {
      await using place = await sandboxPlace(WHOEVER_TESTS);
      const temporary = join(place.path, 'run', 'temporary');
      mkdirSync(join(temporary, 'shared', 'private'), { recursive: true });
      writeFileSync(join(temporary, 'shared', 'private', 'file'), 'precious');
      for (const path of ['shared', 'shared/private', 'shared/private/file'])
        chownSync(join(temporary, path), OTHER, OTHER);
      chmodSync(join(temporary, 'shared'), 0o777);
      chmodSync(join(temporary, 'shared', 'private'), 0o700);
      const script = `cd ${temporary} && ! rm -r shared/private 2>&- && mv shared "$TMPDIR" && echo moved`;
      const { code, stdout, stderr } = await runHoldfast(
        ['sandbox', '--write', temporary, '--', '/bin/sh', '-c', script],
        { env: { TMPDIR: temporary } },
      );
      expect([code, stdout, stderr]).toEqual([
        0,
        'moved\n',
        expect.stringMatching(
          /^holdfast: \S+\/holdfast-sandbox-\S+ is not removed: a directory of another user is in it$/m,
        ),
      ]);
      const [own = ''] = readdirSync(temporary);
      expect(readdirSync(join(temporary, own), { recursive: true })).toEqual([
        'shared',
        'shared/private',
        'shared/private/file',
      ]);
    },
    DEADLINE_MS,
  );
});

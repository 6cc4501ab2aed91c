import { existsSync, mkdirSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect, test } from 'vitest';
import { within } from '../deadline.js';
import { runHoldfast, startServer } from '../harness.js';
import type { RawClient } from '../raw-client.js';
import { finish } from '../runs.js';
import {
  restricted,
  runConfined,
  type SandboxPlace,
  sandboxPlace,
  special,
  startConfined,
} from './sandbox-profiles.js';
import { describeConfined, WHOEVER_TESTS } from './sandbox-users.js';

/** Real sandboxes are planned and started, one after the other, on a machine that may be busy. */
const DEADLINE_MS = 120_000;

/** Directories below a root that nobody shares. */
const MORE_THAN_ARE_LOOKED_AT = 4200;

describeConfined('what a confined command tries', WHOEVER_TESTS, () => {
  async function inPlace(
    run: (client: RawClient, place: SandboxPlace) => Promise<void>,
    logs: readonly string[] = [],
  ): Promise<void> {
    await using place = await sandboxPlace(WHOEVER_TESTS);
    await using server = await startServer({ ...place.server, logs });
    await using client = await server.connect();
    await client.initialize({ signals: 1 });
    await run(client, place);
  }

  test.each([
    ['a named pipe for the pointer of a repository', 'mkdir sub && mkfifo sub/.git'],
    ['a named pipe for its config', 'mkdir -p r/.git && mkfifo r/.git/config'],
    ['a config that never ends', 'mkdir -p r/.git && ln -s /dev/zero r/.git/config'],
    ['a config as large as a disk', 'mkdir -p r/.git && truncate -s 1T r/.git/config'],
  ])(
    '%s does not stop the server',
    async (_, trap) => {
      await inPlace(async (client, place) => {
        expect((await runConfined(client, trap, place)).exitCode).toBe(0);
        const next = within('a start beside the trap', runConfined(client, 'echo ran', place));
        expect((await next).stdout).toBe('ran\n');
      });
    },
    DEADLINE_MS,
  );

  /** In a repository, and in one that names them in its config: all that git or a look reads. */
  const PIPES = `
    git init -q r; git init -q named
    mkdir -p r/.git/worktrees/x r/.git/rebase-merge r/.git/sequencer named/tools named/moved
    for name in HEAD config config.worktree commondir gitdir index MERGE_RR packed-refs hooks/update info/attributes \\
      objects/info/alternates rebase-merge/git-rebase-todo sequencer/todo worktrees/x/HEAD worktrees/x/commondir worktrees/x/gitdir
    do rm -f r/.git/$name; mkfifo r/.git/$name; done
    printf '[include]\\n\\tpath = ../tools/more\\n[core]\\n\\tpager = tools/page\\n\\thooksPath = moved\\n\\tattributesFile = tools/kinds\\n' >> named/.git/config
    mkfifo named/tools/more named/tools/page named/tools/kinds named/moved/update named/target
    ln -s ../../target named/.git/hooks/pre-commit
    mkfifo .gitmodules .gitconfig .envrc .bashrc .profile .mcp.json .npmrc .vimrc
    echo planted`;

  test(
    'named pipes in the place of all that is read stop neither a start nor the look when a command has ended',
    async () => {
      await using place = await sandboxPlace(WHOEVER_TESTS);
      const sub = join(place.workspace, 'sub');
      mkdirSync(sub);
      const options = { env: { ...place.server.env } };
      const confined = async (root: string, script: string): Promise<string> => {
        const argv = ['sandbox', '--write', root, '--', '/bin/sh', '-c', `cd ${sub} && { ${script}\n}`];
        return (await within('the end of a command', runHoldfast(argv, options))).stdout;
      };
      const touched = 'find . -type p -exec chmod u+x {} + 2> /dev/null; echo touched';
      expect([
        await confined(place.workspace, PIPES),
        await confined(place.workspace, touched),
        await confined(sub, touched),
      ]).toEqual(['planted\n', 'touched\n', 'touched\n']);
    },
    DEADLINE_MS,
  );

  test(
    'records that it writes under one environment are not believed under another',
    async () => {
      await using place = await sandboxPlace(WHOEVER_TESTS);
      const [keys, empty] = [join(place.outside, 'keys'), join(place.outside, 'empty')];
      for (const directory of [keys, empty]) mkdirSync(directory);
      writeFileSync(join(keys, 'secret'), 'precious\n');
      const uid = process.getuid?.() ?? 0;
      // What they depend on for most programs.
      const env = { TMPDIR: place.workspace, XDG_RUNTIME_DIR: place.workspace };
      const folders = [`${place.workspace}/holdfast-${uid}`, `${place.workspace}/holdfast`, place.records];
      const { dev: device, ino: inode } = statSync(place.outside);
      const record = [keys, empty].map((path) => ({ path, directory: { device, inode }, kind: 'directory' }));
      const name = `${device}-${inode}`;
      const forge = folders.map(
        (at) => `mkdir -p -m 700 ${at} ${at}/processes ${at}/directories/${name}
          echo '${JSON.stringify(record)}' > ${at}/directories/${name}/999999999-1-x-1
          : > ${at}/processes/999999999-1-x`,
      );
      const args = ['sandbox', '--write', place.workspace, '--deny', keys, '--', '/bin/sh', '-c'];
      await runHoldfast([...args, forge.join('\n')], { env: { TMPDIR: place.outside } });
      expect(existsSync(join(folders[0] ?? '', 'directories', name))).toBe(true);
      const next = await runHoldfast([...args, `cat ${keys}/secret; echo ran`], { env });
      expect([next.stdout, readdirSync(place.outside).sort()]).toEqual(['ran\n', ['empty', 'keys']]);
    },
    DEADLINE_MS,
  );

  test(
    'settings in a workspace are not written where the directory above may be written, too',
    async () => {
      await inPlace(async (client, place) => {
        const above = { path: { type: 'path', path: pathToFileURL(place.path).href }, access: 'write' };
        const permissions = restricted([special('root', 'read'), above, special('project_roots', 'write')]);
        const script = 'mkdir .claude; echo evil > .claude/settings.json; echo evil > .bashrc; echo ran';
        expect((await runConfined(client, script, place, permissions)).stdout).toBe('ran\n');
        expect(readdirSync(place.workspace)).toEqual([]);
      });
    },
    DEADLINE_MS,
  );

  test(
    'a repository is not hidden behind other directories',
    async () => {
      await inPlace(async (client, place) => {
        const hooks = join(place.workspace, 'proj/.git/hooks');
        mkdirSync(hooks, { recursive: true });
        writeFileSync(join(place.workspace, 'proj/.git/config'), '');
        const flood = `seq -f '!%05g' ${MORE_THAN_ARE_LOOKED_AT} | xargs mkdir`;
        expect((await runConfined(client, flood, place)).exitCode).toBe(0);
        const plant = await runConfined(client, 'echo evil > proj/.git/hooks/post-checkout', place);
        expect([plant.denied, readdirSync(hooks)]).toEqual([true, []]);
      });
    },
    DEADLINE_MS,
  );

  test(
    'a named pipe in the place of a placeholder does not stop it either',
    async () => {
      await inPlace(
        async (client, place) => {
          const placeholder = join(place.workspace, 'r/.git/commondir');
          const waitFor = (file: string): string => `until [ -e ${file} ]; do sleep 0.05; done`;
          // It is started before there is a repository, so nothing of the repository is kept from it.
          const swap = 'rm r/.git/commondir; mkfifo r/.git/commondir';
          const script = `${waitFor('running')}; ${swap}; : > swapped`;
          await startConfined(client, 'earlier', ['/bin/sh', '-c', script], place);
          await runConfined(client, 'mkdir r; mkdir -p .new/hooks; : > .new/config; mv .new r/.git', place);
          await runConfined(client, `: > running; ${waitFor('swapped')}`, place);
          expect((await within('the end of the other', finish(client, 'earlier'))).exitCode).toBe(0);
          const next = within('a start after it', runConfined(client, 'echo ran', place));
          expect([(await next).stdout, statSync(placeholder).isFIFO()]).toEqual(['ran\n', true]);
        },
        // It is something else than what was kept missing, and a named pipe where git has files.
        Array<string>(2).fill('executable configuration appeared while a command ran'),
      );
    },
    DEADLINE_MS,
  );
});

import { spawnSync } from 'node:child_process';
import {
  appendFileSync,
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  readdirSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { connect } from '@holdfast/exec-client';
import { expect, test } from 'vitest';
import { eventually } from '../deadline.js';
import { runHoldfast, startServer } from '../harness.js';
import { type SandboxPlace, sandboxOf, sandboxPlace, WORKSPACE_WRITE } from './sandbox-profiles.js';
import { describeConfined, WHOEVER_TESTS } from './sandbox-users.js';

const DEADLINE_MS = 120_000;

/** Runs lines of the shell in the workspace, which they may write, each in a sandbox of its own. */
function runIn({ workspace, server }: SandboxPlace): (line: string) => ReturnType<typeof runHoldfast> {
  const options = { env: { ...server.env } };
  return (line) =>
    runHoldfast(
      ['sandbox', '--write', workspace, '--', '/bin/sh', '-c', `cd ${workspace}; ${line}`],
      options,
    );
}

describeConfined('what appears while a command runs', WHOEVER_TESTS, () => {
  test(
    'is told by the server once the command has ended, and not of a command in whose time nothing has appeared',
    async () => {
      await using place = await sandboxPlace(WHOEVER_TESTS);
      await using server = await startServer({
        ...place.server,
        logs: ['executable configuration appeared while a command ran'],
      });
      await using client = await connect(server.url);
      const reports: unknown[] = [];
      const options = {
        sandbox: { ...sandboxOf(WORKSPACE_WRITE, place) },
        cwd: place.workspace,
        onAppeared: (report: unknown): void => void reports.push(report),
      };
      await client.exec(['/bin/sh', '-c', 'git init -q made'], options);
      await eventually('the report', () => reports.length > 0 || undefined);
      await client.exec(['/bin/true'], options);
      await client.exec(['/bin/sh', '-c', 'ln -sf config made/.git/COMMIT_EDITMSG'], options);
      await eventually('another report', () => reports.length > 1 || undefined);
      const at = join(place.workspace, 'made/.git');
      const link = join(at, 'COMMIT_EDITMSG');
      expect(reports).toEqual([
        {
          found: [
            {
              kind: 'repository',
              path: pathToFileURL(at).href,
              text: `${at} was not there before, and git that is run in this repository outside runs the hooks and programs that it names`,
            },
          ],
          more: 0,
        },
        {
          found: [
            {
              kind: 'gitLink',
              path: pathToFileURL(link).href,
              text: `${link} is a link, and git outside may write where it leads, with what a command has put into ${at}; remove it`,
            },
          ],
          more: 0,
        },
      ]);
    },
    DEADLINE_MS,
  );

  test(
    'is told by `holdfast sandbox` of a missing program that a git config names, which the command can make all the same',
    async () => {
      await using place = await sandboxPlace(WHOEVER_TESTS);
      const { workspace } = place;
      const run = runIn(place);
      await run('git init -q .');
      appendFileSync(join(workspace, '.git/config'), '[core]\n\tfsmonitor = tools/watch\n');
      const program = join(workspace, 'tools/watch');
      expect(await run('mkdir tools && : > tools/watch')).toEqual({
        code: 0,
        stdout: '',
        stderr: `holdfast: note: ${program} was no program before, and git outside runs it, since the config of ${workspace}/.git names it; look at what it holds\n`,
      });
    },
    DEADLINE_MS,
  );

  test(
    'is told by `holdfast sandbox` of such a program also where an earlier command has left what is none in its place',
    async () => {
      await using place = await sandboxPlace(WHOEVER_TESTS);
      const { workspace } = place;
      const [known, unknown] = [join(workspace, 'watch'), join(workspace, 'agent')];
      const run = runIn(place);
      await run('git init -q .');
      appendFileSync(
        join(workspace, '.git/config'),
        '[core]\n\tfsmonitor = ./watch\n[instaweb]\n\thttpd = ./agent\n',
      );
      const told = [
        await run('mkdir watch && : > agent'),
        await run('rmdir watch && : > watch && chmod +x agent'),
      ];
      const note = (program: string): string =>
        `holdfast: note: ${program} was no program before, and git outside runs it, since the config of ${workspace}/.git names it; look at what it holds\n`;
      expect(told).toEqual([
        { code: 0, stdout: '', stderr: '' },
        { code: 0, stdout: '', stderr: note(known) + note(unknown) },
      ]);
    },
    DEADLINE_MS,
  );

  test(
    'is told by `holdfast sandbox` of a link on the way to a program that a git config names, be that there or missing, once it leads elsewhere',
    async () => {
      await using place = await sandboxPlace(WHOEVER_TESTS);
      const { workspace } = place;
      const [linked, tools] = [join(workspace, 'bin/x'), join(workspace, 'tools')];
      const run = runIn(place);
      await run('git init -q . && mkdir bin out && : > out/x && ln -s ../out/x bin/x && ln -s out tools');
      appendFileSync(
        join(workspace, '.git/config'),
        '[core]\n\tfsmonitor = bin/x\n\tsshCommand = tools/ssh\n',
      );
      const told = [
        await run('touch bin/y tools/y'),
        await run('rm bin/x tools && ln -s ../out/x bin/x && ln -s out tools'),
        await run('rm bin/x tools && mkdir tools && : > bin/x && : > tools/ssh'),
      ];
      const before = `holdfast: note: the git config of ${workspace}/.git: ${linked} is a link on the way to ${workspace}/out/x, and could be replaced\n`;
      const note = (link: string): string =>
        `holdfast: note: ${link} was a link, which nothing kept from being replaced, and there is something else now; look at what it holds, or where it leads\n`;
      expect(told).toEqual([
        { code: 0, stdout: '', stderr: before },
        { code: 0, stdout: '', stderr: before },
        { code: 0, stdout: '', stderr: before + note(linked) + note(tools) },
      ]);
    },
    DEADLINE_MS,
  );

  test(
    'is told of a repository with a directory for a config, which no later command exchanges for one that nobody is told of',
    async () => {
      await using place = await sandboxPlace(WHOEVER_TESTS);
      const { workspace } = place;
      const run = runIn(place);
      const at = join(workspace, 'made/.git');
      expect(
        await run('git init -q made && cd made/.git && rm config && mkdir config && : > config/x'),
      ).toEqual({
        code: 0,
        stdout: '',
        stderr: `holdfast: note: ${at} was not there before, and git that is run in this repository outside runs the hooks and programs that it names\n`,
      });
      expect(await run('cd made/.git && LC_ALL=C mv config aside')).toEqual({
        code: 1,
        stdout: '',
        stderr: "mv: cannot move 'config' to 'aside': Device or resource busy\n",
      });
      expect(readdirSync(join(at, 'config'))).toEqual(['x']);
    },
    DEADLINE_MS,
  );

  test(
    'is told of a file that the command puts in the place of the directory of a repository, once somebody outside removes that',
    async () => {
      await using place = await sandboxPlace(WHOEVER_TESTS);
      const { workspace } = place;
      const at = join(workspace, '.git');
      const run = runIn(place);
      await run('git init -q .');
      const told = run(': > began; while [ -e .git ]; do sleep 0.05; done; echo gitdir: x > .git');
      await eventually('the command', () => existsSync(join(workspace, 'began')) || undefined);
      rmSync(at, { recursive: true });
      expect(await told).toEqual({
        code: 0,
        stdout: '',
        stderr: `holdfast: note: ${at} was not there before, and git that is run in this repository outside runs the hooks and programs that it names\n`,
      });
    },
    DEADLINE_MS,
  );

  test(
    'is not told of linked worktrees that are elsewhere, or in which somebody rebases, and that nobody has touched',
    async () => {
      await using place = await sandboxPlace(WHOEVER_TESTS);
      const { workspace, outside } = place;
      const who = ['-c', 'user.name=a', '-c', 'user.email=a@example.org'];
      const git = (...args: readonly string[]): number | null =>
        spawnSync('git', ['-C', workspace, ...who, ...args], { stdio: 'ignore' }).status;
      git('init', '-q');
      for (const name of ['one', 'two']) {
        writeFileSync(join(workspace, 'file'), name);
        git('add', 'file');
        git('commit', '-qm', name);
      }
      git('worktree', 'add', '-q', join(outside, 'beside'));
      git('worktree', 'add', '-q', join(workspace, 'inside'), 'HEAD~1');
      writeFileSync(join(workspace, 'inside/file'), 'three');
      const inside = ['-C', join(workspace, 'inside')];
      git(...inside, 'commit', '-qam', 'three');
      expect(git(...inside, 'rebase', 'beside')).toBe(1);
      expect(await runIn(place)('git status -s')).toEqual({ code: 0, stdout: '?? inside/\n', stderr: '' });
    },
    DEADLINE_MS,
  );

  test.skipIf(process.getuid?.() !== 0)(
    'is told by `holdfast sandbox` of a directory of another user that the command has renamed to `.git`',
    async () => {
      await using place = await sandboxPlace(WHOEVER_TESTS);
      const { workspace } = place;
      const theirs = join(workspace, 'theirs');
      mkdirSync(theirs);
      chownSync(theirs, 64_321, 64_321);
      chmodSync(theirs, 0o777);
      expect(await runIn(place)('mv theirs .git')).toEqual({
        code: 0,
        stdout: '',
        stderr: `holdfast: note: ${workspace}/.git was not there before, and git that is run in this repository outside runs the hooks and programs that it names\n`,
      });
    },
    DEADLINE_MS,
  );
});

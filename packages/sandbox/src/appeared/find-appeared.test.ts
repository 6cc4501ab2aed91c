import { execFileSync } from 'node:child_process';
import {
  appendFileSync,
  chmodSync,
  chownSync,
  existsSync,
  lstatSync,
  mkdirSync,
  renameSync,
  rmSync,
  symlinkSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { platform } from 'node:os';
import path from 'node:path';
import { MAX_APPEARED } from '@holdfast/exec-protocol';
import { beforeEach, describe, expect, test } from 'vitest';
import type { FileFact, FileView } from '../files/file-facts.js';
import { realFileFacts } from '../files/real-file-facts.js';
import { identityOf } from '../files/resolve-path.js';
import { fakeFiles } from '../files/testing/fake-files.js';
import { temporaryDirectory } from '../files/testing/temporary-directory.js';
import type { MissingProgram } from '../policy/missing-program.js';
import type { LooseLink, PathRule } from '../policy/path-rule.js';
import { policyOf, rule } from '../policy/testing/rules.js';
import { RepositoryScans } from '../repositories/repository-scans.js';
import type { AppearedReport } from './appeared.js';
import { findAppeared } from './find-appeared.js';
import { laterTime } from './testing/later-time.js';

const FILES = fakeFiles({});
const OWN = { ...FILES, look: () => ({ ...lstatOf('/'), kind: 'directory' as const }), isOwn: () => true };

/** What comes between is more than the stamps of files lag behind. */
const PLANNING_MS = 100;

let root: string;
let repositories: RepositoryScans;

beforeEach(() => {
  root = temporaryDirectory();
  repositories = new RepositoryScans();
});

function lstatOf(file: string): FileFact {
  const found = realFileFacts.look(file);
  if (found === undefined) throw new Error(`nothing is at ${file}`);
  return found;
}

function repository(name: string, ...options: readonly string[]): void {
  execFileSync('git', ['init', '-q', ...options, path.join(root, name)]);
}

/** What appears while something is done. */
async function appearedBy(
  work: () => void,
  {
    rules = [],
    looseLinks = [],
    missingPrograms = [],
    files = OWN,
    since = Date.now() - PLANNING_MS,
  }: {
    readonly rules?: readonly PathRule[];
    readonly looseLinks?: readonly LooseLink[];
    readonly missingPrograms?: readonly MissingProgram[];
    readonly files?: FileView;
    readonly since?: number;
  } = {},
): Promise<AppearedReport> {
  const target = { root, except: new Set<string>(), maxDirectories: 100 };
  const searched = [{ target, tree: await repositories.find(target) }];
  work();
  const plan = { searched, policy: { ...policyOf([]), rules, looseLinks }, missingPrograms };
  return await findAppeared(plan, { repositories, files }, since);
}

function repositoryNote(name: string): AppearedReport['found'][number] {
  const at = path.resolve(root, name);
  const text = `${at} was not there before, and git that is run in this repository outside runs the hooks and programs that it names`;
  return { kind: 'repository', path: at, text };
}

function nameNote(name: string): AppearedReport['found'][number] {
  const at = path.join(root, name);
  const text = `what kept ${at} as it was has been removed outside, and there is something else now; look at what it holds`;
  return { kind: 'protectedName', path: at, text };
}

test('repositories that were not there are told, but for those in a new one, and those that were are not', async () => {
  repository('old');
  repository('old.git', '--bare');
  const report = await appearedBy(() => {
    repository('new');
    repository('new.git', '--bare');
    repository('new/.git/modules/inner', '--bare');
    mkdirSync(path.join(root, 'pointer'));
    writeFileSync(path.join(root, 'pointer/.git'), 'gitdir: ../old/.git\n');
    writeFileSync(path.join(root, 'old/file'), 'x');
  });
  expect(report).toEqual({
    found: ['new/.git', 'pointer/.git', 'new.git'].map(repositoryNote),
    more: 0,
  });
});

describe.skipIf(process.getuid?.() !== 0)('of directories of another user', () => {
  const THEIRS = 64_321;
  const FILES_HERE = { ...OWN, ...realFileFacts };
  const theirs = (name: string, mode: number): void => {
    const at = path.join(root, name);
    if (!existsSync(at)) mkdirSync(at);
    chownSync(at, THEIRS, THEIRS);
    chmodSync(at, mode);
  };

  test('those that a command can rename or fill are told as repositories', async () => {
    for (const name of ['renamed', 'filled']) theirs(name, 0o777);
    theirs('shut', 0o755);
    const report = await appearedBy(
      () => {
        for (const name of ['a', 'b']) mkdirSync(path.join(root, name));
        renameSync(path.join(root, 'renamed'), path.join(root, 'a/.git'));
        renameSync(path.join(root, 'shut'), path.join(root, 'b/.git'));
        for (const name of ['HEAD', 'objects', 'refs']) writeFileSync(path.join(root, 'filled', name), '');
      },
      { files: FILES_HERE },
    );
    expect(report).toEqual({ found: ['a/.git', 'b/.git', 'filled'].map(repositoryNote), more: 0 });
  });

  test('what they make where nobody else may is not told', async () => {
    theirs('home', 0o755);
    chownSync(root, THEIRS, THEIRS);
    chmodSync(root, 0o1777);
    const report = await appearedBy(
      () => {
        repository('home/new');
        repository('new.git', '--bare');
        for (const name of ['home/new', 'home/new/.git', 'new.git']) theirs(name, 0o755);
      },
      { files: FILES_HERE },
    );
    expect(report).toEqual({ found: [], more: 0 });
  });
});

test('a file in the place of the directory of a repository is told, and a directory is not by itself', async () => {
  for (const name of ['file', 'directory']) repository(name);
  const report = await appearedBy(() => {
    for (const name of ['file', 'directory']) rmSync(path.join(root, name, '.git'), { recursive: true });
    writeFileSync(path.join(root, 'file/.git'), 'gitdir: ../directory/.git/lfs/objects/x\n');
    repository('directory');
  });
  expect(report).toEqual({ found: [repositoryNote('file/.git')], more: 0 });
});

test('what has changed in repositories that were there is told', async () => {
  repository('old');
  const link = path.join(root, 'old/.git/COMMIT_EDITMSG');
  const { found } = await appearedBy(() => symlinkSync('config', link));
  expect(found.map(({ kind, path: at }) => [kind, at])).toEqual([['gitLink', link]]);
});

test('a repository among what git keeps in one that was there is told', async () => {
  repository('old');
  const report = await appearedBy(() => {
    repository('old/.git/objects/x/foo', '--bare');
    repository('old/.git/refs/heads/x');
  });
  expect(report).toEqual({
    found: ['old/.git/refs/heads/x/.git', 'old/.git/objects/x/foo'].map(repositoryNote),
    more: 0,
  });
});

test('a linked worktree that is where the command may not write is told, and one below what it may write is not', async () => {
  repository('old');
  const said = (name: string): string => path.join(root, 'old/.git/worktrees', name, 'gitdir');
  const rules = [rule(`write ${root}`), rule(`read ${root}/kept`)];
  const { found } = await appearedBy(
    () => {
      for (const name of ['kept', 'made']) {
        mkdirSync(path.dirname(said(name)), { recursive: true });
        writeFileSync(said(name), `${root}/${name}/.git\n`);
      }
    },
    { rules },
  );
  expect(found.map(({ kind, path: at }) => [kind, at])).toEqual([['gitState', said('kept')]]);
});

describe('where parts of a repository may be written by themselves', () => {
  /** What is told of links at such names in the directory of the repository. */
  async function toldOf(roots: readonly string[], links: readonly string[]): Promise<readonly string[]> {
    repository('main', '--object-format=sha256');
    const main = path.join(root, 'main');
    const who = ['-c', 'user.name=a', '-c', 'user.email=a@example.org'];
    const git = (...args: readonly string[]): unknown =>
      execFileSync('git', ['-C', main, ...who, ...args], { stdio: 'ignore' });
    writeFileSync(path.join(main, 'a'), 'x');
    git('add', 'a');
    git('commit', '-qm', 'one');
    git('worktree', 'add', '-q', '../wt');
    git('worktree', 'add', '-q', '.git/inside');
    const targets = roots.map((name) => ({
      root: path.join(root, name),
      except: new Set<string>(),
      maxDirectories: 100,
    }));
    const searched = await Promise.all(
      targets.map(async (target) => ({ target, tree: await repositories.find(target) })),
    );
    const since = await laterTime(root);
    for (const name of links) symlinkSync('/nowhere', path.join(main, '.git', name));
    // An index as it is, with hashes as the repository has them.
    utimesSync(path.join(main, '.git/worktrees/wt/index'), 0, 0);
    const report = await findAppeared(
      { searched, policy: policyOf([]), missingPrograms: [] },
      { repositories, files: OWN },
      since,
    );
    return report.found.map(({ path: at }) => path.relative(path.join(main, '.git'), at)).sort();
  }

  test('that of a linked worktree is looked at, with or without its files', async () => {
    const link = 'worktrees/wt/COMMIT_EDITMSG';
    expect(await toldOf(['wt', 'main/.git/worktrees/wt'], [link])).toEqual([link]);
  });

  test('those of all linked worktrees are', async () => {
    const link = 'worktrees/wt/COMMIT_EDITMSG';
    expect(await toldOf(['main/.git/worktrees'], [link])).toEqual([link]);
  });

  test('what else there is of it is looked at once, but for a work tree that lies there', async () => {
    const links = ['logs/refs/heads/x', 'refs/index', 'inside/x'];
    const roots = ['logs', 'logs/refs', 'refs', 'objects', 'inside'];
    const found = await toldOf(
      roots.map((name) => `main/.git/${name}`),
      links,
    );
    expect(found).toEqual(['logs/refs/heads/x', 'refs/index']);
  });
});

test('what was kept missing or as it was, and is something else now, is told', async () => {
  const at = (name: string): string => path.join(root, name);
  for (const name of ['kept', 'replaced', 'gone']) mkdirSync(at(name));
  const kept = (line: string, name: string): PathRule =>
    rule(`read ${line}`, { path: at(name), identity: identityOf(lstatOf(at(name))) });
  const missing = (name: string, more: Partial<PathRule> = {}): PathRule =>
    rule(`read ${at(name)}/`, { ...more });
  const rules = [
    ...['kept', 'replaced', 'gone'].map((name) => kept('/x', name)),
    ...['empty', 'filled', 'never', 'nothing', 'link', 'huge'].map((name) => missing(name)),
    missing('dot', { placeholderText: '.\n' }),
    missing('other', { placeholderText: '.\n' }),
    rule(`write ${root}`),
  ];
  const report = await appearedBy(
    () => {
      mkdirSync(at('beside'));
      renameSync(at('beside'), at('replaced'));
      rmSync(at('gone'), { recursive: true });
      mkdirSync(at('empty'));
      mkdirSync(at('filled/x'), { recursive: true });
      writeFileSync(at('nothing'), '');
      symlinkSync('/nowhere', at('link'));
      writeFileSync(at('huge'), '');
      truncateSync(at('huge'), 2 ** 40);
      writeFileSync(at('dot'), '.\n');
      writeFileSync(at('other'), '..\n');
    },
    { rules },
  );
  expect(report).toEqual({ found: ['replaced', 'filled', 'link', 'huge', 'other'].map(nameNote), more: 0 });
});

test('what was exchanged is told though it has the number of what stood there, and what was changed in place is not', async () => {
  const at = (name: string): string => path.join(root, name);
  for (const name of ['kept-file', 'exchanged-file']) writeFileSync(at(name), 'x');
  const { bornMs } = lstatOf(at('exchanged-file'));
  await laterTime(root);
  writeFileSync(at('beside'), 'y');
  const rules = [
    rule(`write ${root}`),
    rule(`read ${at('kept-file')}`, { identity: identityOf(lstatOf(at('kept-file'))) }),
    // As a file system that gives the number of what has gone at once.
    rule(`read ${at('exchanged-file')}`, { identity: { ...identityOf(lstatOf(at('beside'))), bornMs } }),
  ];
  const report = await appearedBy(
    () => {
      chmodSync(at('kept-file'), 0o755);
      appendFileSync(at('kept-file'), 'y');
      renameSync(at('beside'), at('exchanged-file'));
    },
    { rules },
  );
  expect(report).toEqual({ found: [nameNote('exchanged-file')], more: 0 });
});

test.skipIf(platform() !== 'linux')(
  'where a file system does not tell when something was made, what has changed is told where a command could have put it',
  async () => {
    const at = '/sys/fs';
    const identity = identityOf(lstatOf(at));
    const { ctimeMs } = lstatSync(at);
    const found = async (since: number, around: PathRule, kept: string): Promise<readonly unknown[]> =>
      (await appearedBy(() => undefined, { rules: [around, rule(kept, { identity })], since })).found;
    expect([
      await found(ctimeMs, rule('write /sys'), `read ${at}`),
      await found(ctimeMs + 60_000, rule('write /sys'), `read ${at}`),
      await found(ctimeMs, rule('read /sys'), `read ${at}`),
      await found(ctimeMs, rule('write /sys'), `deny ${at}`),
    ]).toEqual([
      [
        {
          kind: 'protectedName',
          path: at,
          text: `${at} has changed, or what kept it as it was has been removed outside and there is something else now, which its file system does not tell apart; look at what it holds`,
        },
      ],
      [],
      [],
      [],
    ]);
  },
);

test('so many are told by name, and the rest is counted', async () => {
  const names = Array.from({ length: MAX_APPEARED + 2 }, (_, at) => `r${String(at).padStart(3, '0')}`);
  const report = await appearedBy(() => {
    for (const name of names) {
      mkdirSync(path.join(root, name));
      writeFileSync(path.join(root, name, '.git'), 'gitdir: x\n');
    }
  });
  expect(report).toEqual({
    found: names.slice(0, MAX_APPEARED).map((name) => repositoryNote(`${name}/.git`)),
    more: 2,
  });
});

/** Gives a directory more than a few others. */
function crowd(name: string): void {
  for (let at = 0; at < 120; at += 1) mkdirSync(path.join(root, name, `d${at}`), { recursive: true });
}

test('where not everything was looked at, only what has changed since is new', async () => {
  crowd('.');
  const target = { root, except: new Set<string>(), maxDirectories: 100 };
  const tree = await repositories.find(target);
  const at = Date.now() - PLANNING_MS;
  repository('d0');
  const plan = { searched: [{ target, tree }], policy: policyOf([]), missingPrograms: [] };
  expect([
    await findAppeared(plan, { repositories, files: OWN }, at),
    await findAppeared(plan, { repositories, files: OWN }, at + 60_000),
  ]).toEqual([
    { found: [repositoryNote('d0/.git')], more: 0 },
    { found: [], more: 0 },
  ]);
});

/** A look at a few directories. @returns when it was over, and what finds what has appeared since then in all of them. */
async function seenInPart(): Promise<{
  readonly since: number;
  readonly found: (madeMs?: number) => Promise<AppearedReport['found']>;
}> {
  const target = { root, except: new Set<string>(), maxDirectories: 5 };
  const searched = [{ target: { ...target, maxDirectories: 1000 }, tree: await repositories.find(target) }];
  const since = await laterTime(root);
  const found = async (madeMs = 0): Promise<AppearedReport['found']> => {
    const plan = { searched, policy: policyOf([]), missingPrograms: [], madeMs };
    return (await findAppeared(plan, { repositories, files: OWN }, since)).found;
  };
  return { since, found };
}

test('where not everything was looked at, a repository that was moved meanwhile is new, wherever that was done', async () => {
  repository('a/b/c/moved');
  repository('a/b/c/stays');
  crowd('many');
  const { since, found } = await seenInPart();
  mkdirSync(path.join(root, 'x'));
  renameSync(path.join(root, 'a/b/c/moved'), path.join(root, 'top'));
  renameSync(path.join(root, 'a/b/c'), path.join(root, 'x/c'));
  writeFileSync(path.join(root, 'x/c/stays/file'), '');
  expect(await found(since)).toEqual([repositoryNote('top/.git'), repositoryNote('x/c/stays/.git')]);
});

test('where not everything was looked at, what was made in directories that were seen tells nothing of a repository further down', async () => {
  repository('a/b/c/stays');
  crowd('many');
  const { found } = await seenInPart();
  for (const name of ['file', 'a/file', 'a/b/file']) writeFileSync(path.join(root, name), '');
  expect([await found(Date.now()), await found(0)]).toEqual([[], [repositoryNote('a/b/c/stays/.git')]]);
});

test('where not everything was looked at, a directory that was there and was filled is new, and one in which somebody commits is not', async () => {
  repository('top');
  const inTop = (name: string): string => path.join(root, 'top', name);
  for (const name of ['HEAD', 'objects', 'refs', 'config'])
    mkdirSync(inTop(`by-${name}`), { recursive: true });
  const fill = (directory: string, but?: string): void => {
    for (const name of ['HEAD', 'objects', 'refs', 'config'])
      if (name !== but) writeFileSync(path.join(directory, name), 'x');
  };
  for (const name of ['HEAD', 'objects', 'refs', 'config']) fill(inTop(`by-${name}`), name);
  for (const name of ['empty/.git', 'file', 'untouched/.git']) mkdirSync(inTop(name), { recursive: true });
  fill(inTop('untouched/.git'));
  writeFileSync(inTop('file/.git'), 'gitdir: /x');
  crowd('.');
  const { found } = await seenInPart();
  for (const name of ['HEAD', 'objects', 'refs', 'config']) writeFileSync(inTop(`by-${name}/${name}`), '');
  fill(inTop('empty/.git'));
  writeFileSync(inTop('file/.git'), 'gitdir: /y');
  writeFileSync(inTop('untouched/.git/index'), '');
  writeFileSync(inTop('.git/objects/x'), '');
  const names = ['empty/.git', 'file/.git', 'by-HEAD', 'by-config', 'by-objects', 'by-refs'];
  const sorted = (all: AppearedReport['found']): unknown =>
    [...all].sort((one, other) => one.path.localeCompare(other.path, 'en'));
  expect(sorted(await found())).toEqual(sorted(names.map((name) => repositoryNote(`top/${name}`))));
});

test('a link called .git that has become a repository is told, wherever it led, and one that stays is not', async () => {
  for (const name of ['circle', 'nothing', 'stays', 'relinked']) mkdirSync(path.join(root, name));
  const linkIn = (name: string, target: string): void => symlinkSync(target, path.join(root, name, '.git'));
  linkIn('circle', '.git');
  linkIn('nothing', 'none');
  linkIn('stays', '.git');
  linkIn('relinked', '.git');
  const since = await laterTime(root);
  const report = await appearedBy(
    () => {
      for (const name of ['circle', 'nothing', 'relinked']) rmSync(path.join(root, name, '.git'));
      repository('circle');
      writeFileSync(path.join(root, 'nothing/.git'), 'gitdir: /x');
      linkIn('relinked', '/nowhere');
      writeFileSync(path.join(root, 'stays/file'), '');
    },
    { since },
  );
  expect(report).toEqual({
    found: ['circle/.git', 'nothing/.git', 'relinked/.git'].map(repositoryNote),
    more: 0,
  });
});

test('what is in the place of a `.git` file that was kept, or of a link on the way of another `.git`, is told once, and one that was edited or made anew is not', async () => {
  const at = (name: string): string => path.join(root, name, '.git');
  const files = ['edited', 'filed', 'grown'];
  const links = ['remade', 'relinked', 'filled'];
  for (const name of [...files, ...links]) mkdirSync(path.join(root, name));
  for (const name of files) writeFileSync(at(name), 'gitdir: ../x\n');
  for (const name of links) symlinkSync('../x', at(name));
  const since = await laterTime(root);
  const rules = [
    rule(`write ${root}`),
    ...files.map((name) => rule('read /x', { path: at(name), identity: identityOf(lstatOf(at(name))) })),
  ];
  const looseLinks = links.map((name) => {
    const found = lstatOf(at(name));
    return { path: at(name), identity: identityOf(found), target: '../x', uid: found.uid };
  });
  const report = await appearedBy(
    () => {
      appendFileSync(at('edited'), '\n');
      for (const name of [...files.slice(1), ...links]) rmSync(at(name));
      writeFileSync(at('filed'), 'gitdir: ../y\n');
      symlinkSync('../x', at('remade'));
      symlinkSync('../y', at('relinked'));
      for (const name of ['grown', 'filled']) repository(name);
    },
    { rules, looseLinks, since },
  );
  const linkNote = (name: string): AppearedReport['found'][number] => ({
    kind: 'protectedName',
    path: at(name),
    text: `${at(name)} was a link, which nothing kept from being replaced, and there is something else now; look at what it holds, or where it leads`,
  });
  expect(report).toEqual({
    found: [...['filed/.git', 'grown/.git'].map(nameNote), ...['relinked', 'filled'].map(linkNote)],
    more: 0,
  });
});

test('a repository that only another user can have made hides none of the own that lies in it', async () => {
  const outer = path.join(root, 'outer.git');
  const isOwn = ({ inode }: { readonly inode: number }): boolean => inode !== lstatSync(outer).ino;
  const mayCreateIn = (): 'never' => 'never';
  const report = await appearedBy(
    () => {
      repository('outer.git', '--bare');
      repository('outer.git/inner');
    },
    { files: { ...OWN, ...realFileFacts, isOwn, mayCreateIn } },
  );
  expect(report).toEqual({ found: [repositoryNote('outer.git/inner/.git')], more: 0 });
});

test('a repository that has gone by then, or lies behind a link by then, is not told', async () => {
  repository('behind/link');
  const target = { root, except: new Set<string>(), maxDirectories: 100 };
  const before = { gitPaths: [], repositories: [], shut: [], unseen: undefined };
  const after = {
    ...before,
    gitPaths: ['gone/.git', 'moved/link/.git'].map((name) => path.join(root, name)),
  };
  symlinkSync('behind', path.join(root, 'moved'));
  const plan = { searched: [{ target, tree: before }], policy: policyOf([]), missingPrograms: [] };
  const finder = { find: () => Promise.resolve(after) };
  expect(await findAppeared(plan, { repositories: finder, files: OWN }, 0)).toEqual({ found: [], more: 0 });
});

test('what only looks like a repository hides none that lies in it', async () => {
  const report = await appearedBy(() => {
    for (const name of ['HEAD', 'objects', 'refs']) writeFileSync(path.join(root, name), '');
    repository('inner');
  });
  expect(report).toEqual({ found: [repositoryNote('inner/.git'), repositoryNote('')], more: 0 });
});

test('a program that a git config names, and that was missing, is told when it has come up', async () => {
  const names = ['file', 'directory', 'link', 'behind/link', 'never', 'plain', 'executable'];
  const programOf = (name: string): MissingProgram => ({
    path: path.join(root, name),
    repository: path.join(root, '.git'),
    isOnlyIfExecutable: ['plain', 'executable'].includes(name),
  });
  const report = await appearedBy(
    () => {
      for (const name of ['file', 'plain', 'executable']) writeFileSync(path.join(root, name), '');
      chmodSync(path.join(root, 'executable'), 0o700);
      mkdirSync(path.join(root, 'directory'));
      symlinkSync('file', path.join(root, 'link'));
      symlinkSync('directory', path.join(root, 'behind'));
    },
    { missingPrograms: names.map(programOf) },
  );
  const note = (name: string): AppearedReport['found'][number] => {
    const at = path.join(root, name);
    const text = `${at} was no program before, and git outside runs it, since the config of ${path.join(root, '.git')} names it; look at what it holds`;
    return { kind: 'gitState', path: at, text };
  };
  expect(report).toEqual({ found: ['file', 'link', 'behind/link', 'executable'].map(note), more: 0 });
});

test('what cannot be looked at any more is told', async () => {
  const target = { root, except: new Set<string>(), maxDirectories: 100 };
  const before = { gitPaths: [], repositories: [], shut: ['/a'], unseen: undefined };
  const after = { ...before, shut: ['/a', '/b'], unseen: 'it has more than 100 directories' };
  const plan = { searched: [{ target, tree: before }], policy: policyOf([]), missingPrograms: [] };
  const finder = { find: () => Promise.resolve(after) };
  const text = `${root} was not looked through to its end, since it has more than 100 directories; there may be repositories in it that were not there before`;
  const shut =
    '/b cannot be looked into any more, and may hold repositories that were not there before; let this user read and enter it (chmod u+rx)';
  expect(await findAppeared(plan, { repositories: finder, files: OWN }, 0)).toEqual({
    found: [
      { kind: 'repository', path: root, text },
      { kind: 'repository', path: '/b', text: shut },
    ],
    more: 0,
  });
});

test('a file system that does not answer keeps nobody who has called the look off', async () => {
  const target = { root, except: new Set<string>(), maxDirectories: 100 };
  const tree = { gitPaths: [], repositories: [], shut: [], unseen: undefined };
  const plan = { searched: [{ target, tree }], policy: policyOf([]), missingPrograms: [] };
  const finder = { find: () => new Promise<never>(() => undefined) };
  const reason = new Error('over');
  const over = new AbortController();
  const look = findAppeared(plan, { repositories: finder, files: OWN }, 0, over.signal);
  over.abort(reason);
  await expect(look).rejects.toBe(reason);
});

test('nothing is looked at behind a link that has taken the place of a directory above, which is told', async () => {
  const at = (name: string): string => path.join(root, name);
  mkdirSync(at('kept/x'), { recursive: true });
  const rules = [
    rule(`write ${root}`),
    rule('read /x', { path: at('kept/x'), identity: identityOf(lstatOf(at('kept/x'))) }),
  ];
  const report = await appearedBy(
    () => {
      renameSync(at('kept'), at('moved'));
      symlinkSync('moved', at('kept'));
    },
    { rules },
  );
  expect(report).toEqual({ found: [nameNote('kept/x')], more: 0 });
});

test('no repository is looked through behind a link that has taken the place of a directory above', async () => {
  repository('kept/old');
  symlinkSync('config', path.join(root, 'kept/old/.git/COMMIT_EDITMSG'));
  const report = await appearedBy(() => {
    renameSync(path.join(root, 'kept'), path.join(root, 'moved'));
    symlinkSync('moved', path.join(root, 'kept'));
  });
  expect(report).toEqual({ found: [repositoryNote('moved/old/.git')], more: 0 });
});

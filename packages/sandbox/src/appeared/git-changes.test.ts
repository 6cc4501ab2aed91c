import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import {
  appendFileSync,
  cpSync,
  existsSync,
  lstatSync,
  mkdirSync,
  renameSync,
  rmSync,
  statfsSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import path from 'node:path';
import { beforeEach, expect, test } from 'vitest';
import { isWithin } from '../files/paths.js';
import { realFileFacts } from '../files/real-file-facts.js';
import { temporaryDirectory } from '../files/testing/temporary-directory.js';
import { MAX_LOOKED_GIT_ENTRIES } from '../limits.js';
import { NEVER_ABORTED } from '../until-aborted.js';
import type { Appeared } from './appeared.js';
import { fullBudget, type LookBudget } from './change-look.js';
import { Findings } from './findings.js';
import { findGitChanges } from './git-changes.js';
import { KeptOutPlaces } from './kept-out.js';
import { laterTime } from './testing/later-time.js';

let work: string;
let directory: string;

beforeEach(() => {
  work = temporaryDirectory();
  directory = path.join(work, '.git');
  git('init', '-q');
  writeFileSync(path.join(work, 'a'), 'x');
  git('add', 'a');
});

function git(...args: readonly string[]): void {
  const who = ['-c', 'user.name=a', '-c', 'user.email=a@example.org'];
  execFileSync('git', ['-C', work, ...who, ...args], { stdio: 'ignore' });
}

/** All that has changed since the repository was made, unless told otherwise. */
async function changes(
  since = 0,
  budget: Partial<LookBudget> = {},
  repositories: ReadonlySet<string> = new Set(),
  kept: ReadonlySet<string> = new Set(),
  unmoved: ReadonlySet<string> = new Set([work]),
): Promise<readonly Appeared[]> {
  const findings = new Findings();
  const look = {
    since,
    isWritable: (at: string) => isWithin(at, work) && !kept.has(at),
    isUnmoved: (at: string) => unmoved.has(at),
    repositories,
    budget: { ...fullBudget(), ...budget },
    findings,
    keptOut: new KeptOutPlaces(realFileFacts),
    signal: NEVER_ABORTED,
  };
  await findGitChanges(directory, look);
  return findings.report.found;
}

/** Leaves a socket there. */
async function listenAt(at: string): Promise<void> {
  // The path of a socket has room for some hundred bytes, and Node removes one that it closes.
  const beside = path.join(work, 's');
  const server = createServer().listen(beside);
  await once(server, 'listening');
  renameSync(beside, at);
  server.close();
  await once(server, 'close');
}

function linkNote(name: string): Appeared {
  const at = path.join(directory, name);
  const text = `${at} is a link, and git outside may write where it leads, with what a command has put into ${directory}; remove it`;
  return { kind: 'gitLink', path: at, text };
}

test('what git itself leaves there is nothing to tell', async () => {
  git('commit', '-qm', 'one');
  git('branch', 'index');
  git('branch', 'git-rebase-todo');
  git('worktree', 'add', '-q', path.join(work, 'beside'));
  git('tag', '-a', 'one', '-m', 'one');
  git('gc', '-q');
  expect(await changes()).toEqual([]);
});

function linkAt(name: string): void {
  const at = path.join(directory, name);
  mkdirSync(path.dirname(at), { recursive: true });
  rmSync(at, { force: true });
  symlinkSync('/nowhere', at);
}

test('links are told wherever they lead, but where programs make up the names and in what stays as it is', async () => {
  git('commit', '-qm', 'one');
  const told = [
    ...['annex/x', 'COMMIT_EDITMSG', 'lfs/x', 'logs/HEAD', 'modules/deep/libs', 'modules/libs'],
    ...['objects/00/x', 'objects/info/x', 'refs/heads/x', 'svn/x'],
  ];
  for (const name of [...told, 'hooks/update', 'lfs/objects/x', 'annex/objects/x']) linkAt(name);
  const found = await changes();
  expect([...found].sort((one, other) => one.path.localeCompare(other.path, 'en'))).toEqual(
    told.map(linkNote),
  );
});

test('named pipes and sockets are told wherever git might open them, but for those where programs listen', async () => {
  git('commit', '-qm', 'one');
  const since = await laterTime(work);
  const told = [
    ...['HEAD', 'index', 'logs/HEAD', 'MERGE_RR', 'objects/00/x', 'objects/info/alternates', 'packed-refs'],
    ...['refs/heads/fsmonitor--daemon.ipc', 'refs/heads/x', 'worktrees/x/commondir'],
  ];
  const at = (name: string): string => path.join(directory, name);
  for (const name of told) {
    mkdirSync(path.dirname(at(name)), { recursive: true });
    rmSync(at(name), { force: true });
    if (name.endsWith('.ipc')) await listenAt(at(name));
    else execFileSync('mkfifo', [at(name)]);
  }
  mkdirSync(at('annex/ssh'), { recursive: true });
  for (const name of ['fsmonitor--daemon.ipc', 'annex/ssh/host', 'worktrees/x/fsmonitor--daemon.ipc'])
    await listenAt(at(name));
  const found = await changes(since);
  const note = (name: string): Appeared => ({
    kind: 'gitState',
    path: at(name),
    text: `${at(name)} is a named pipe, a socket or a device, where git has files, and git outside may wait there for ever; remove it`,
  });
  expect([...found].sort((one, other) => one.path.localeCompare(other.path, 'en'))).toEqual(told.map(note));
  expect(await changes(await laterTime(work))).toEqual([]);
});

test('another repository in it is looked at by itself', async () => {
  linkAt('modules/lib/COMMIT_EDITMSG');
  linkAt('modules/libs/other');
  const repositories = new Set([path.join(directory, 'modules/lib')]);
  expect(await changes(0, {}, repositories)).toEqual([linkNote('modules/libs/other')]);
});

test('what git never puts among objects is told, and no object of a directory there that has not changed is looked at', async () => {
  git('commit', '-qm', 'one');
  for (const name of ['00/before', '11', '22']) {
    mkdirSync(path.join(directory, 'objects', name), { recursive: true });
  }
  for (const name of ['object', 'HEAD']) writeFileSync(path.join(directory, 'objects/11', name), '');
  const since = await laterTime(work);
  expect(await changes(since, { objects: 0 })).toEqual([]);
  linkAt('objects/00/before/x');
  mkdirSync(path.join(directory, 'objects/22/made'));
  for (const name of ['object', 'HEAD', '.git']) writeFileSync(path.join(directory, 'objects/22', name), '');
  const note = (name: string): Appeared => {
    const at = path.join(directory, name);
    const text = `${at} is among objects, where git makes nothing of that kind and later starts look for no repository; remove it`;
    return { kind: 'gitState', path: at, text };
  };
  const found = await changes(since, { objects: 3 });
  expect([...found].sort((one, other) => one.path.localeCompare(other.path, 'en'))).toEqual([
    note('objects/00/before'),
    linkNote('objects/00/before/x'),
    note('objects/22/.git'),
    note('objects/22/HEAD'),
    note('objects/22/made'),
  ]);
  expect((await changes(since, { objects: 2 })).map(({ path: at }) => at)).toContain(directory);
});

test('what has not changed since is left out', async () => {
  symlinkSync('config', path.join(directory, 'COMMIT_EDITMSG'));
  expect(await changes(Date.now() + 60_000)).toEqual([]);
});

test('an index that is not of git is told, and so is one by which git writes elsewhere', async () => {
  const index = path.join(directory, 'index');
  git('update-index', '--add', '--cacheinfo', '100644,e69de29bb2d1d6434b8b29ae775ad8c2e48c5391,xx/hook');
  execFileSync('sed', ['-i', 's#xx/hook#../hook#', index]);
  const remedy = 'remove it, and git reset makes it anew';
  expect(await changes()).toEqual([
    {
      kind: 'gitState',
      path: index,
      text: `${index} names "../hook", and git checkout, stash or reset outside writes there; ${remedy}`,
    },
  ]);
  writeFileSync(index, 'no index');
  expect(await changes()).toEqual([
    {
      kind: 'gitState',
      path: index,
      text: `${index} is not as git writes it, or is too large to be looked at, and git outside writes where it says; ${remedy}`,
    },
  ]);
});

test('of an index for which too few bytes are left nobody knows what it names', async () => {
  expect((await changes(0, { indexBytes: 10 })).map(({ path: at }) => at)).toEqual([
    path.join(directory, 'index'),
  ]);
});

test('a directory or link whose name is not UTF-8 is told', async () => {
  const name = (text: string): Buffer => Buffer.from(path.join(directory, text), 'latin1');
  mkdirSync(name('\xff'));
  writeFileSync(name('refs/heads/\xff'), '');
  const at = path.join(directory, '\ufffd');
  const text = `${at} is a directory or a link whose name is not UTF-8, so nobody looks where it leads; remove it`;
  expect(await changes()).toEqual([{ kind: 'gitState', path: at, text }]);
});

test('the index of a linked worktree is looked at, whatever that is called', async () => {
  git('commit', '-qm', 'one');
  for (const name of ['beside', 'logs']) {
    git('worktree', 'add', '-q', path.join(work, name));
    writeFileSync(path.join(directory, 'worktrees', name, 'index'), 'no index');
  }
  expect((await changes()).map(({ path: at }) => path.relative(directory, at)).sort()).toEqual([
    'worktrees/beside/index',
    'worktrees/logs/index',
  ]);
});

test('where a linked worktree is, and where it has hooks and config, is told unless it is as git has it', async () => {
  git('commit', '-qm', 'one');
  git('worktree', 'add', '-q', path.join(work, 'beside'));
  git('worktree', 'add', '-q', path.join(work, 'relative'));
  const at = (name: string): string => path.join(directory, 'worktrees', name);
  symlinkSync('/nowhere', path.join(work, 'link'));
  symlinkSync('/nowhere', path.join(work, '.git\f'));
  mkdirSync(path.join(directory, 'lfs/objects/x'), { recursive: true });
  symlinkSync('/nowhere', path.join(directory, 'lfs/objects/x/.git'));
  expect(await changes()).toEqual([]);
  const elsewhere = [
    ...['/victim/.git', '/victim', '../../../../victim/.git', '', 'x'.repeat(100_000)],
    ...[`${work}/a\0/.git`, `${work}/\ufffd/.git`, `${work}/link/.git`, `${work}/link/../victim/.git`],
    ...['../../../beside/.git', `${work}/.git\f`, `${directory}/lfs/objects/x/.git`],
  ];
  for (const said of elsewhere) {
    writeFileSync(at('beside/gitdir'), `${said}\n`);
    const text = `${at('beside/gitdir')} says that a linked worktree is where the command may not write, and git worktree repair outside writes a .git file there; look at it, or remove ${at('beside')}`;
    expect(await changes()).toEqual([{ kind: 'gitState', path: at('beside/gitdir'), text }]);
  }
  writeFileSync(at('beside/gitdir'), `${work}/beside/.git\n`);
  for (const said of ['../../objects/e\n', '../.. \n']) {
    writeFileSync(at('relative/commondir'), said);
    const text = `${at('relative/commondir')} has git take hooks and config in a linked worktree from elsewhere than its repository; look at it, or remove ${at('relative')}`;
    expect(await changes()).toEqual([{ kind: 'gitState', path: at('relative/commondir'), text }]);
  }
});

test('a config that a linked worktree is given is told unless it is empty, that of a sparse checkout, or was there and stayed as it is', async () => {
  git('commit', '-qm', 'one');
  for (const name of ['beside', 'empty', 'protected', 'sparse'])
    git('worktree', 'add', '-q', path.join(work, name));
  const at = (name: string): string => path.join(directory, 'worktrees', name, 'config.worktree');
  for (const name of ['beside', 'protected']) writeFileSync(at(name), '[core]\n');
  writeFileSync(at('empty'), '');
  writeFileSync(at('sparse'), '[core]\n\tsparseCheckout = true\n\tsparseCheckoutCone = true\n');
  const kept = new Set([at('protected')]);
  const text = `${at('beside')} was not there before, and git that is run in that linked worktree outside runs the programs that it names; look at it, or remove it`;
  const note = { kind: 'gitState', path: at('beside'), text };
  expect(await changes(0, {}, undefined, kept)).toEqual([note]);
  const since = await laterTime(work);
  expect(await changes(since, {}, undefined, kept)).toEqual([]);
  renameSync(path.dirname(at('beside')), path.join(work, 'aside'));
  renameSync(path.join(work, 'aside'), path.dirname(at('beside')));
  expect(await changes(since, {}, undefined, kept)).toEqual([note]);
});

test('what was there is not told where the directory above it has changed and was not moved, as by what stands for missing files', async () => {
  git('commit', '-qm', 'one');
  git('worktree', 'add', '-q', path.join(work, 'beside'));
  const at = (name: string): string => path.join(directory, 'worktrees/beside', name);
  writeFileSync(at('gitdir'), '/elsewhere/.git\n');
  writeFileSync(at('rebase'), '');
  mkdirSync(at('rebase-merge'));
  for (const name of ['rebase-merge/git-rebase-todo', 'rebase-merge/strategy']) writeFileSync(at(name), '');
  const since = await laterTime(work);
  rmSync(at('rebase'));
  const found = async (unmoved: readonly string[]): Promise<readonly string[]> =>
    (await changes(since, {}, undefined, undefined, new Set(unmoved))).map((one) => one.path).sort();
  const [told, rebase] = [
    at('gitdir'),
    ['git-rebase-todo', 'strategy'].map((name) => at(`rebase-merge/${name}`)),
  ];
  expect([await found([]), await found([path.dirname(told)])]).toEqual([[told, ...rebase], []]);
  writeFileSync(at('rebase-merge/strategy'), 'x');
  expect(await found([path.dirname(told)])).toEqual([at('rebase-merge/strategy')]);
});

test('a link in the place of a linked worktree, or above it, is told once it has come there, though what says where that is has not changed', async () => {
  git('commit', '-qm', 'one');
  for (const name of ['x/one', 'y/two', 'z/three', 'gone']) {
    git('worktree', 'add', '-q', path.join(work, name));
    rmSync(path.join(work, name), { recursive: true });
  }
  mkdirSync(path.join(work, 'moved'));
  for (const name of ['moved/two', 'z/three']) symlinkSync('/victim', path.join(work, name));
  const since = await laterTime(work);
  expect(await changes(since)).toEqual([]);
  symlinkSync('/victim', path.join(work, 'x/one'));
  rmSync(path.join(work, 'y'), { recursive: true });
  writeFileSync(path.join(work, 'z/file'), '');
  renameSync(path.join(work, 'moved'), path.join(work, 'y'));
  const note = (name: string): Appeared => {
    const at = path.join(directory, 'worktrees', name);
    const text = `${at}/gitdir says that a linked worktree is where the command may not write, and git worktree repair outside writes a .git file there; look at it, or remove ${at}`;
    return { kind: 'gitState', path: `${at}/gitdir`, text };
  };
  const sorted = async (unmoved: readonly string[]): Promise<readonly Appeared[]> => {
    const found = await changes(since, {}, undefined, undefined, new Set(unmoved));
    return [...found].sort((one, other) => one.path.localeCompare(other.path, 'en'));
  };
  // Where nobody knows that a directory stood there, one in which something was made may have been moved.
  expect([await sorted([work, path.join(work, 'z')]), await sorted([work])]).toEqual([
    ['one', 'two'].map(note),
    ['one', 'three', 'two'].map(note),
  ]);
});

test('what git instaweb would run, and whose process it would end, is told, but not what its server logs', async () => {
  const told = ['gitweb/httpd.conf', 'gitweb/lighttpd/lighttpd', 'pid', 'worktrees/x/gitweb/httpd.conf'];
  for (const name of [...told, 'gitweb/access.log', 'gitweb/lighttpd/error.log', 'info/pid']) {
    mkdirSync(path.dirname(path.join(directory, name)), { recursive: true });
    writeFileSync(path.join(directory, name), '1');
  }
  const note = (name: string): Appeared => {
    const at = path.join(directory, name);
    const text = `${at} belongs to git instaweb, which outside runs what lies in gitweb, and ends the process that pid names; look at it, or remove it`;
    return { kind: 'gitState', path: at, text };
  };
  const found = await changes();
  expect([...found].sort((one, other) => one.path.localeCompare(other.path, 'en'))).toEqual(told.map(note));
});

test('conflicts in more than is read are told as well', async () => {
  const at = path.join(directory, 'MERGE_RR');
  writeFileSync(at, 'a1\ta\0'.repeat(20_000));
  const text = `${at} names "what nobody can read here", which git commit outside copies into ${directory}; remove it, unless conflicts are being resolved`;
  expect(await changes()).toEqual([{ kind: 'gitState', path: at, text }]);
});

test('a rebase of either kind that was not ended is told', async () => {
  for (const name of ['rebase-merge/strategy', 'rebase-apply/apply-opt', 'rebase-apply/info']) {
    mkdirSync(path.dirname(path.join(directory, name)), { recursive: true });
    writeFileSync(path.join(directory, name), '');
  }
  expect((await changes()).map(({ path: at }) => path.relative(directory, at)).sort()).toEqual([
    'rebase-apply/apply-opt',
    'rebase-merge/strategy',
  ]);
});

test('a cherry-pick that was not ended is told', async () => {
  const at = path.join(directory, 'sequencer/todo');
  mkdirSync(path.dirname(at));
  writeFileSync(at, 'pick 0 x\n');
  const text = `${at} belongs to a cherry-pick or revert that was not ended, and git cherry-pick --continue outside goes by what it says; look at it, or git cherry-pick --abort`;
  expect(await changes()).toEqual([{ kind: 'gitState', path: at, text }]);
});

test('conflicts that git commit would copy and a rebase that was not ended are told', async () => {
  const conflicts = path.join(directory, 'MERGE_RR');
  writeFileSync(conflicts, '');
  expect(await changes()).toEqual([]);
  appendFileSync(conflicts, 'a1\ta\0b2\t../secret\0');
  const list = path.join(directory, 'rebase-merge', 'git-rebase-todo');
  mkdirSync(path.dirname(list));
  writeFileSync(list, 'exec true\n');
  expect(await changes()).toEqual([
    {
      kind: 'gitState',
      path: conflicts,
      text: `${conflicts} names "../secret", which git commit outside copies into ${directory}; remove it, unless conflicts are being resolved`,
    },
    {
      kind: 'gitState',
      path: list,
      text: `${list} belongs to a rebase that was not ended, and git rebase --continue outside runs what it says; look at it, or git rebase --abort`,
    },
  ]);
});

test('a rebase that was under way is told only where what it goes by has changed since, be it in place', async () => {
  const names = [
    ...['git-rebase-todo', 'strategy', 'strategy_opts'].map((name) => `rebase-merge/${name}`),
    ...['apply-opt', 'gpg_sign_opt', 'next'].map((name) => `rebase-apply/${name}`),
  ];
  for (const name of names) {
    mkdirSync(path.dirname(path.join(directory, name)), { recursive: true });
    writeFileSync(path.join(directory, name), 'x\n');
  }
  const message = path.join(directory, 'rebase-merge/message');
  writeFileSync(message, 'x');
  const before = lstatSync(path.join(directory, 'rebase-apply/next'));
  const since = await laterTime(work);
  appendFileSync(message, 'x');
  expect((await changes(since)).map(({ path: at }) => at)).toEqual([]);
  for (const name of names) {
    appendFileSync(path.join(directory, name), 'x');
    // Nor does it help to set the time back that can be set.
    utimesSync(path.join(directory, name), before.atime, before.mtime);
  }
  expect((await changes(since)).map(({ path: at }) => path.relative(directory, at)).sort()).toEqual(
    names.toSorted(),
  );
});

test('so many entries are looked at, of one repository and of all, and that there are more is told', async () => {
  symlinkSync('/nowhere', path.join(directory, 'ORIG_HEAD'));
  const text = `${directory} was not looked through to its end, since it, or all repositories together, have too many entries; look for links and an index with strange names there`;
  const tooMany = { kind: 'gitState', path: directory, text };
  expect(await changes(0, { entries: 3 })).toContainEqual(tooMany);
  const many = path.join(directory, 'refs/many');
  mkdirSync(many);
  for (let at = 0; at < MAX_LOOKED_GIT_ENTRIES; at += 1) writeFileSync(path.join(many, String(at)), '');
  expect(await changes()).toEqual([linkNote('ORIG_HEAD'), tooMany]);
});

test('what comes with a directory that is moved there counts as changed', async () => {
  const list = path.join(work, 'moved/git-rebase-todo');
  mkdirSync(path.dirname(list));
  writeFileSync(list, 'exec true\n');
  symlinkSync('/nowhere', path.join(work, 'moved/x'));
  const since = await laterTime(work);
  renameSync(path.dirname(list), path.join(directory, 'rebase-merge'));
  expect((await changes(since)).map(({ path: at }) => at).sort()).toEqual(
    ['git-rebase-todo', 'x'].map((name) => path.join(directory, 'rebase-merge', name)),
  );
});

test('other repositories that objects are taken from are told', async () => {
  const list = path.join(directory, 'objects/info/alternates');
  writeFileSync(list, '# none\n');
  expect(await changes()).toEqual([]);
  writeFileSync(list, '# one\n../../../secret/.git/objects\n');
  const text = `${list} names "../../../secret/.git/objects", from which git outside takes objects as if they were its own; look at it, or remove it`;
  expect(await changes()).toEqual([{ kind: 'gitState', path: list, text }]);
});

const MEMORY = '/dev/shm';
const lacksMemory = !existsSync(MEMORY) || statfsSync(MEMORY).type !== 0x01021994;

test.skipIf(lacksMemory)(
  `where a mapping changes no time, what is judged by what it says is judged always${lacksMemory ? ' (skipped: /dev/shm is no tmpfs)' : ''}`,
  async () => {
    const told = async (place: string): Promise<readonly string[]> => {
      directory = path.join(place, '.git');
      cpSync(path.join(work, '.git'), directory, { recursive: true });
      writeFileSync(path.join(directory, 'ORIG_HEAD'), 'ref: commondir\n');
      mkdirSync(path.join(directory, 'rebase-merge'));
      const list = path.join(directory, 'rebase-merge/git-rebase-todo');
      writeFileSync(list, 'exec true\n');
      const since = await laterTime(place);
      return (await changes(since)).map(({ path: at }) => path.relative(directory, at));
    };
    expect([await told(temporaryDirectory()), await told(temporaryDirectory(MEMORY))]).toEqual([
      [],
      ['ORIG_HEAD'],
    ]);
  },
);

test('a directory that lies too deep to be looked into is told', async () => {
  const parts = 'refs/heads'.split('/').concat(Array<string>(20).fill('d'.repeat(240)));
  // No path leads there from the root.
  let script = `cd ${JSON.stringify(directory)}`;
  for (const part of parts) script += ` && mkdir -p ${part} && cd -P ${part}`;
  execFileSync('sh', ['-c', script]);
  const [found, ...others] = await changes();
  // Nor can it be removed by one.
  execFileSync('rm', ['-rf', path.join(directory, 'refs')]);
  expect([found?.kind, found?.text.includes('lies deeper than anybody can look'), others]).toEqual([
    'gitState',
    true,
    [],
  ]);
});

test('nobody waits for it any more', async () => {
  const reason = new Error('over');
  const look = {
    since: 0,
    isWritable: () => true,
    isUnmoved: () => false,
    repositories: new Set<string>(),
    budget: fullBudget(),
    findings: new Findings(),
    keptOut: new KeptOutPlaces(realFileFacts),
    signal: AbortSignal.abort(reason),
  };
  await expect(findGitChanges(directory, look)).rejects.toBe(reason);
});

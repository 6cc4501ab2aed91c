import { execFileSync } from 'node:child_process';
import { chmodSync, chownSync, mkdirSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { beforeEach, expect, test } from 'vitest';
import { ancestorsOf } from '../files/paths.js';
import { realFileFacts } from '../files/real-file-facts.js';
import { identityOf } from '../files/resolve-path.js';
import { temporaryDirectory } from '../files/testing/temporary-directory.js';
import { policyOf, rule } from '../policy/testing/rules.js';
import type { Appeared, AppearedReport } from './appeared.js';
import type { ShutterRequest } from './testing/shutter.js';

const isRoot = process.getuid?.() === 0;
const [ORDINARY, OTHER] = [64_321, 64_322];
const PROGRAM = fileURLToPath(new URL('testing/shutter.ts', import.meta.url));

/** To root nothing is shut; as root this can act as another user, who must be able to read this program. */
const lack =
  isRoot && !ancestorsOf(PROGRAM).every((above) => (statSync(above).mode & 0o001) !== 0)
    ? ' (skipped: nobody else can read this program)'
    : '';
const testAsUser = test.skipIf(lack !== '');

let root: string;

beforeEach(() => {
  root = temporaryDirectory();
  if (isRoot) chownSync(root, ORDINARY, ORDINARY);
  chmodSync(root, 0o755);
});

/** What is told once an ordinary user has given directories below the root a mode. */
function toldOf(
  modes: Readonly<Record<string, number>>,
  { roots = [], policy = policyOf([]), missingPrograms = [], ...more }: Partial<ShutterRequest>,
): AppearedReport['found'] {
  const absolute = Object.entries(modes).map(([name, mode]) => [path.join(root, name), mode] as const);
  const request: ShutterRequest = {
    ...more,
    roots,
    policy,
    missingPrograms,
    modes: Object.fromEntries(absolute),
  };
  const node = ['--import', import.meta.resolve('tsx'), '--conditions=source', PROGRAM];
  const out = execFileSync(process.execPath, [...node, JSON.stringify(request)], {
    cwd: '/',
    encoding: 'utf8',
    env: { PATH: process.env['PATH'], TMPDIR: root, TSX_DISABLE_CACHE: '1' },
    ...(isRoot ? { uid: ORDINARY, gid: ORDINARY } : {}),
  });
  return (JSON.parse(out) as AppearedReport).found;
}

/** A directory of that user, as long as nothing else is said. */
function directory(name: string, uid = ORDINARY): string {
  const at = path.join(root, name);
  mkdirSync(at);
  if (isRoot) chownSync(at, uid, uid);
  return at;
}

testAsUser(
  `a directory that can be listed but not entered hides nothing of a repository from anybody who is told${lack}`,
  () => {
    for (const name of ['.git', '.git/hooks', '.git/refs', '.git/objects', '.git/rebase-merge', 'tools'])
      directory(name);
    writeFileSync(path.join(root, '.git/HEAD'), 'ref: refs/heads/main\n');
    writeFileSync(path.join(root, '.git/rebase-merge/git-rebase-todo'), 'exec true\n');
    symlinkSync('/elsewhere', path.join(root, '.git/rebase-merge/link'));
    if (isRoot) {
      // Nobody but its owner opens it, and so it says nothing.
      directory('theirs', OTHER);
      directory('theirs/.git', OTHER);
      chmodSync(path.join(root, 'theirs'), 0o744);
    }
    const note = (kind: Appeared['kind'], name: string, what: string): Appeared => {
      const at = path.join(root, name);
      const text = `${at} cannot be looked into${what}; let this user read and enter it (chmod u+rx)`;
      return { kind, path: at, text };
    };
    const told = toldOf({ '.git/rebase-merge': 0o600, tools: 0o400 }, { roots: [root] });
    const repositories = ' any more, and may hold repositories that were not there before';
    const links = ', and may hold links and more by which git outside writes elsewhere';
    expect(told).toEqual([
      note('repository', '.git/rebase-merge', repositories),
      note('repository', 'tools', repositories),
      note('gitState', '.git/rebase-merge', links),
    ]);
  },
);

testAsUser(
  `where a new linked worktree is said to be, a directory that is shut by now may hide a link to elsewhere${lack}`,
  () => {
    for (const name of [
      '.git',
      '.git/refs',
      '.git/objects',
      '.git/worktrees',
      '.git/worktrees/w',
      'trees',
      'trees/w',
    ])
      directory(name);
    writeFileSync(path.join(root, '.git/HEAD'), 'ref: refs/heads/main\n');
    const gitdir = path.join(root, '.git/worktrees/w/gitdir');
    writeFileSync(gitdir, `${root}/trees/w/.git\n`);
    const options = { roots: [root], policy: policyOf([`write ${root}`]), since: 0 };
    const pathsOf = (found: readonly Appeared[]): readonly string[] => found.map((one) => one.path);
    expect(pathsOf(toldOf({ trees: 0o700 }, options))).toEqual([]);
    expect(pathsOf(toldOf({ trees: 0o600 }, options))).toEqual([path.join(root, 'trees'), gitdir]);
  },
);

testAsUser(
  `what was kept or looked for in a directory that is shut by now, and not found with it, is told by that one${lack}`,
  () => {
    const names = ['kept', 'links', 'programs', 'ways'];
    for (const name of names) directory(name);
    const kept = directory('kept/x');
    symlinkSync('/nowhere', path.join(root, 'links/.envrc'));
    const known = (at: string) => {
      const found = realFileFacts.look(at);
      if (found === undefined) throw new Error(`nothing is at ${at}`);
      return { path: at, identity: identityOf(found), uid: found.uid };
    };
    const program = (name: string) => ({
      path: path.join(root, name),
      repository: '/r/.git',
      isOnlyIfExecutable: false,
    });
    if (isRoot) {
      // Nobody but its owner opens it, and so it says nothing.
      directory('theirs', OTHER);
      chmodSync(path.join(root, 'theirs'), 0o644);
    }
    const rules = [rule('read /x', known(kept)), rule('read /x/', { path: path.join(root, 'kept/missing') })];
    const policy = {
      ...policyOf([]),
      rules,
      looseLinks: [{ ...known(path.join(root, 'links/.envrc')), target: '/nowhere' }],
      openWays: [{ path: path.join(root, 'ways/r.git'), from: '/r/.git', isPassed: false }],
    };
    const missingPrograms = ['programs/a', 'programs/b', 'theirs/c'].map(program);
    const note = (kind: Appeared['kind'], name: string): Appeared => {
      const at = path.join(root, name);
      const text = `${at} cannot be looked into any more, and what was kept as it was in it, or what git outside runs, may be something else now; let this user read and enter it (chmod u+rx)`;
      return { kind, path: at, text };
    };
    const modes = Object.fromEntries(names.map((name) => [name, 0o600]));
    expect(toldOf(modes, { policy, missingPrograms })).toEqual([
      note('protectedName', 'kept'),
      note('protectedName', 'links'),
      note('gitState', 'programs'),
      note('gitState', 'ways'),
    ]);
  },
);

import { spawn, spawnSync } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import { expect, vi } from 'vitest';
import { describeInWorlds } from './testing/describe-in-worlds.js';
import { outsideRun, type World } from './testing/world.js';

const WAIT = { timeout: 60_000, interval: 20 };

/** What is looked at outside after an attempt. */
type Look = (world: World) => unknown;

const noNewFiles: Look = ({ outside }) => readdirSync(outside).sort();
const ONLY_WHAT_WAS_THERE = ['denied', 'denied-file', 'file'];

const fileAsItWas: Look = ({ outside }) => {
  const file = path.join(outside, 'file');
  const { mode, mtimeMs } = statSync(file);
  return [readFileSync(file, 'utf8'), (mode & 0o7777).toString(8), mtimeMs > 1_000_000];
};
const AS_IT_WAS = ['as it was\n', '644', true];

const repositoryAt =
  (depth: string): Look =>
  ({ workspace }) => {
    const git = path.join(workspace, depth, '.git');
    const hooks = readdirSync(path.join(git, 'hooks')).filter((name) => !name.endsWith('.sample'));
    return [hooks, /fsmonitor|hooksPath/.test(readFileSync(path.join(git, 'config'), 'utf8'))];
  };
const UNTOUCHED = [[], false];

const exists =
  (...names: readonly string[]): Look =>
  ({ workspace }) =>
    names.map((name) => existsSync(path.join(workspace, name)));

const plant = (depth: string): string =>
  `d=${depth}; echo evil > $d/.git/hooks/pre-commit; git -C $d config core.fsmonitor evil; echo "[core]hooksPath=evil" > $d/.git/config`;

/** Attempts and what would be seen outside if one came through. The answer of the command itself does not matter. */
const CASES: readonly (readonly [
  id: string,
  what: string,
  attempt: string,
  look: Look,
  untouched: unknown,
])[] = [
  [
    'F01',
    'writing outside',
    'echo x > "$OUT/new"; mkdir "$OUT/dir"; echo x > /etc/holdfast-inventory; echo x > ~/x',
    noNewFiles,
    ONLY_WHAT_WAS_THERE,
  ],
  [
    'F01b',
    'writing in /etc',
    'echo x > /etc/holdfast-inventory',
    () => existsSync('/etc/holdfast-inventory'),
    false,
  ],
  [
    'F02',
    'writing through a link that leaves',
    'echo x > leaves/file; echo x > leaves/new',
    noNewFiles,
    ONLY_WHAT_WAS_THERE,
  ],
  [
    'F03',
    'writing through a link made inside',
    'ln -s "$OUT" l; echo x > l/file; echo x > l/new',
    fileAsItWas,
    AS_IT_WAS,
  ],
  [
    'F04',
    'moving a file out',
    'echo x > moved; mv moved "$OUT/moved"; cp moved "$OUT"',
    noNewFiles,
    ONLY_WHAT_WAS_THERE,
  ],
  [
    'F05',
    'a hard link to a file outside',
    'ln "$OUT/file" hard; echo x > hard; ln "$OUT/file" "$TMPDIR/hard"; echo x > "$TMPDIR/hard"',
    fileAsItWas,
    AS_IT_WAS,
  ],
  [
    'F06',
    'changing length, mode and time',
    '(: > "$OUT/file"); truncate -s 0 "$OUT/file"; chmod 777 "$OUT/file"; touch -d @1 "$OUT/file"; chown 1 "$OUT/file"',
    fileAsItWas,
    AS_IT_WAS,
  ],
  [
    'F07',
    'the roots of processes',
    'for p in self 1 2; do echo x > /proc/$p/root"$OUT/new"; echo x > /proc/$p/cwd/../outside/new; done',
    noNewFiles,
    ONLY_WHAT_WAS_THERE,
  ],
  ['F08', 'a hook, F09 a setting that runs programs', plant('.'), repositoryAt('.'), UNTOUCHED],
  ['F11', 'the same one level down', plant('one'), repositoryAt('one'), UNTOUCHED],
  ['F13', 'the same two levels down', plant('two/deep'), repositoryAt('two/deep'), UNTOUCHED],
  ['F14', 'the same five levels down', plant('five/a/b/c/d'), repositoryAt('five/a/b/c/d'), UNTOUCHED],
  [
    'F10',
    'moving .git away and building another',
    'mv .git .g; rm -rf .git/hooks; mkdir -p .git/hooks; echo evil > .git/hooks/pre-commit',
    repositoryAt('.'),
    UNTOUCHED,
  ],
  [
    'F12',
    'moving a directory above a repository',
    'mv two t; mv two/deep d; mv five/a/b b; mkdir -p two/deep/.git/hooks && echo evil > two/deep/.git/hooks/x',
    repositoryAt('two/deep'),
    UNTOUCHED,
  ],
  [
    'F12b',
    'exchanging it for another directory',
    'mkdir -p t/deep/.git/hooks; echo evil > t/deep/.git/hooks/x; mv --exchange t two; mv -T t two; rm -rf t',
    repositoryAt('two/deep'),
    UNTOUCHED,
  ],
  [
    'F09b',
    'sending git to another directory for its config',
    'mkdir -p evil/objects evil/refs; echo ../evil > .git/commondir; echo ../evil > one/.git/commondir; mv evil .git/commondir; rm -rf evil',
    ({ workspace }) => ['.', 'one'].map((at) => existsSync(path.join(workspace, at, '.git/commondir'))),
    [false, false],
  ],
  [
    'F09c',
    'a config that git reads once it has turned an extension on by itself, as for a sparse checkout',
    'for d in . one .git/worktrees/linked; do g=$d/.git; [ -d "$g" ] || g=$d; printf "[core]\\nfsmonitor = evil\\n" > $g/config.worktree; mv tracked $g/config.worktree; done',
    exists(
      '.git/config.worktree',
      'one/.git/config.worktree',
      '.git/worktrees/linked/config.worktree',
      'tracked',
    ),
    [false, false, false, true],
  ],
  [
    'F10b',
    'pointing a linked worktree elsewhere',
    'mkdir -p evil; echo "gitdir: $PWD/evil" > linked/.git; rm linked/.git; mv linked/.git x; rmdir evil',
    ({ workspace }) => readFileSync(path.join(workspace, 'linked/.git'), 'utf8').includes('worktrees/linked'),
    true,
  ],
  [
    'F15',
    'settings of an agent',
    'mkdir .codex; echo x > .codex/config.toml; rmdir .codex; ln -s one .codex; mv one .codex',
    exists('.codex'),
    [false],
  ],
  [
    'F16',
    'settings of an editor',
    'mkdir -p .vscode; echo x > .vscode/tasks.json',
    exists('.vscode'),
    [false],
  ],
  [
    'F17',
    'start-up files',
    'echo x > .bashrc; echo x > .gitmodules; mv tracked .bashrc; cp tracked .zshenv',
    exists('.bashrc', '.gitmodules', '.zshenv'),
    [false, false, false],
  ],
  [
    'F18',
    'mounts made anew or taken off',
    `mount -o remount,rw /; mount -o remount,bind,rw .git/hooks; umount .git/hooks; umount -l .git/config; ${plant('.')}`,
    repositoryAt('.'),
    UNTOUCHED,
  ],
  [
    'F19',
    'a user namespace of its own',
    `unshare -Urm sh -c 'umount -l .git/hooks; mount -o remount,rw /; ${plant('.')}; mount --bind "$OUT" one && echo x > one/new'`,
    repositoryAt('.'),
    UNTOUCHED,
  ],
  [
    'F20',
    'nothing stays behind',
    'true',
    ({ workspace }) =>
      readdirSync(workspace)
        .filter((name) => name.startsWith('.'))
        .sort(),
    ['.git'],
  ],
];

/** Attempts to read what is denied; whatever they print must not have the secret. */
const READS: readonly (readonly [id: string, what: string, attempt: string])[] = [
  [
    'F26',
    'a denied directory',
    'ls private; cat private/key; cat "$OUT/denied/key"; cd private && cat key; find . -name key -exec cat {} +',
  ],
  [
    'F27',
    'a denied file',
    'cat "$OUT/denied-file"; head "$OUT/denied-file"; dd if="$OUT/denied-file"; chmod 777 "$OUT/denied-file"; cat "$OUT/denied-file"',
  ],
  [
    'F28',
    'a file denied by a pattern',
    'cat top.env nested/deep/.env; ln -s top.env t; cat t; rm t; chmod 644 top.env; cat top.env',
  ],
  [
    'F29',
    'moving it, or what is above it',
    'mv top.env t; cat t; mv nested n; cat n/deep/.env; mv nested/deep n; cat n/.env; mv private p; cat p/key; mv --exchange nested one; cat one/deep/.env',
  ],
  [
    'F30',
    'a hard link to it',
    'ln top.env t; cat t; ln -L private/key k; cat k; cp -l top.env "$TMPDIR"; cat "$TMPDIR/top.env"',
  ],
  [
    'F30b',
    'the roots of processes',
    'for p in self 1 2; do cat /proc/$p/root"$PWD"/private/key /proc/$p/cwd/top.env; done; cat /proc/*/fd/*/key /proc/*/fd/*/private/key',
  ],
];

/** What git takes for a repository, with a program that it asks for changes. */
const PLANT_BARE = `mkdir -p plain/objects plain/refs && echo ref: refs/heads/main > plain/HEAD && cat > plain/config << END
[core]
  repositoryformatversion = 0
  bare = false
  worktree = $PWD/plain
  fsmonitor = "touch $OUT/ran #"
END`;

describeInWorlds(({ there, it }) => {
  for (const [id, what, attempt, look, untouched] of CASES) {
    it(`${id} ${what}`, async () => {
      const { exitCode } = await there().run(`${attempt}; exit 0`);
      expect([exitCode, look(there())]).toEqual([0, untouched]);
    });
  }

  for (const [id, what, attempt] of READS) {
    it(`${id} ${what}`, async () => {
      const { exitCode, stdout } = await there().run(`{ ${attempt}; } 2> /dev/null; exit 0`);
      expect([exitCode, stdout.includes('secret')]).toEqual([0, false]);
    });
  }

  it('F28b a file denied by a pattern in a directory that its owner has shut', async () => {
    const { workspace, uid } = there();
    const shut = path.join(workspace, 'nested/shut');
    mkdirSync(shut);
    writeFileSync(path.join(shut, '.env'), 'secret\n');
    for (const [file, mode] of [
      [path.join(shut, '.env'), 0o600],
      [shut, 0o000],
    ] as const) {
      chownSync(file, uid, uid);
      chmodSync(file, mode);
    }
    try {
      const { stdout } = await there().run('chmod 700 nested/shut; cat nested/shut/.env; exit 0');
      expect(stdout).toBe('');
    } finally {
      chmodSync(shut, 0o700);
      rmSync(shut, { recursive: true });
    }
  });

  for (const mode of ['300', '600', '000']) {
    it(`F35 a hook below a directory to which an earlier command has given the mode ${mode}`, async () => {
      const { bare } = there();
      const inBare = { cwd: bare, write: [bare] };
      const two = path.join(bare, 'two');
      const { exitCode } = await there().run(`git init -q two/deep && chmod ${mode} two`, inBare);
      try {
        await there().run('chmod 755 two; echo evil > two/deep/.git/hooks/evil; exit 0', inBare);
        chmodSync(two, 0o755);
        expect([exitCode, existsSync(path.join(two, 'deep/.git/hooks/evil'))]).toEqual([0, false]);
      } finally {
        rmSync(two, { recursive: true });
      }
    });
  }

  for (const mode of ['200', '400', '600']) {
    it(`F35b a program that a git config names, in a directory to which an earlier command has given the mode ${mode}`, async () => {
      const { bare } = there();
      const inBare = { cwd: bare, write: [bare] };
      const tools = path.join(bare, 'two/tools');
      const made = await there().run(
        'git init -q two && cd two && mkdir tools && echo good > tools/clean && git config filter.x.clean tools/clean',
        inBare,
      );
      try {
        const shut = await there().run(`chmod ${mode} two/tools`, inBare);
        await there().run('chmod 755 two/tools; echo evil > two/tools/clean; exit 0', inBare);
        chmodSync(tools, 0o755);
        const text = readFileSync(path.join(tools, 'clean'), 'utf8');
        expect([made.exitCode, shut.exitCode, text]).toEqual([0, 0, 'good\n']);
      } finally {
        rmSync(path.join(bare, 'two'), { recursive: true });
      }
    });
  }

  it('F28c a file denied by a pattern below a directory that can be read and not entered', async () => {
    const { workspace } = there();
    const { exitCode } = await there().run('chmod 600 nested');
    try {
      const attempt = there().run('chmod 755 nested; cat nested/deep/.env; exit 0');
      expect(await attempt.then(({ stdout }) => stdout, String)).not.toContain('secret');
    } finally {
      chmodSync(path.join(workspace, 'nested'), 0o755);
    }
    expect(exitCode).toBe(0);
  });

  it('F36 hooks and configs inside of the work tree that its config names, with which commits go on', async () => {
    const { bare, outside } = there();
    const inBare = { cwd: bare, write: [bare] };
    const made = await there().run(
      'git init -q r && cd r && mkdir .githooks && printf "#!/bin/sh\\ntouch ran\\n" > .githooks/pre-commit && chmod +x .githooks/pre-commit && git config core.hooksPath .githooks && echo "[alias]" > .shared && git config include.path ../.shared',
      inBare,
    );
    try {
      const { exitCode } = await there().run(
        `cd r; for f in .githooks/pre-commit .githooks/post-commit .shared; do printf '#!/bin/sh\\ntouch %s/ran' "$OUT" > $f; done; mv .githooks h; git add .shared && git commit -q -m x && test -e ran`,
        inBare,
      );
      expect([
        made.exitCode,
        exitCode,
        readdirSync(path.join(bare, 'r/.githooks')),
        readFileSync(path.join(bare, 'r/.githooks/pre-commit'), 'utf8'),
        readFileSync(path.join(bare, 'r/.shared'), 'utf8'),
        readdirSync(outside).sort(),
      ]).toEqual([0, 0, ['pre-commit'], '#!/bin/sh\ntouch ran\n', '[alias]\n', ONLY_WHAT_WAS_THERE]);
    } finally {
      rmSync(path.join(bare, 'r'), { recursive: true });
    }
  });

  it('F37 a repository far down takes no mount for each directory above it: one of them stays as it is', async () => {
    const { bare } = there();
    const inBare = { cwd: bare, write: [bare] };
    const deep = (depth: number): string => 'd/'.repeat(depth);
    try {
      const made = await there().run(`mkdir -p ${deep(100)}.git/hooks`, inBare);
      const { stdout } = await there().run(
        `exec 2> /dev/null; for at in ${deep(2)} ${deep(64)} ${deep(65)} ${deep(99)}; do touch $at/new && echo yes || echo no; done; mv d e || echo no`,
        inBare,
      );
      expect([made.exitCode, stdout]).toEqual([0, 'yes\nyes\nno\nno\nno\n']);
    } finally {
      rmSync(path.join(bare, 'd'), { recursive: true });
    }
  });

  it('F25 a bare repository planted in a plain directory has git run nothing, where git is told to be careful', async () => {
    const { outside, workspace } = there();
    const [planted, trace] = [path.join(workspace, 'plain'), path.join(outside, 'ran')];
    await there().run(PLANT_BARE);
    try {
      const status = ['status', '--short'] as const;
      // The trap is alive: what runs git outside without care runs what was planted.
      outsideRun(['git', ...status], planted);
      expect(existsSync(trace)).toBe(true);
      rmSync(trace);
      expect(() => outsideRun(['git', '-c', 'safe.bareRepository=explicit', ...status], planted)).toThrow(
        'cannot use bare repository',
      );
      outsideRun(['git', '-c', 'core.fsmonitor=false', '-c', 'core.hooksPath=/dev/null', ...status], planted);
      expect(existsSync(trace)).toBe(false);
      const { stdout } = await there().run(
        '{ echo evil >> plain/config; } 2> /dev/null || echo refused; mv plain p 2> /dev/null || echo refused',
      );
      expect(stdout).toBe('refused\nrefused\n');
    } finally {
      for (const left of [planted, trace]) rmSync(left, { recursive: true, force: true });
    }
  });

  it('F32 what appears after the start and matches a denied pattern can be read until the command ends, and not by the next', async () => {
    const { stdout } = await there().run('echo fresh > fresh.env; cat fresh.env');
    const next = await there().run('cat fresh.env 2> /dev/null || echo refused');
    rmSync(path.join(there().workspace, 'fresh.env'));
    expect([stdout, next.stdout]).toEqual(['fresh\n', 'refused\n']);
  });

  it('F33 git still has what was committed of a denied file', async () => {
    await there().run(
      'git init -q committed && cd committed && echo old > .env && git add -f .env && git commit -q -m env',
    );
    const { stdout } = await there().run(
      'cd committed; cat .env 2> /dev/null || echo refused; git show HEAD:.env',
    );
    rmSync(path.join(there().workspace, 'committed'), { recursive: true });
    expect(stdout).toBe('refused\nold\n');
  });

  it('F39 git at the top of a repository runs what one says that was made in it, unless told to look into none', async () => {
    const { workspace, outside } = there();
    const trace = path.join(outside, 'trace');
    const plant = `git init -q inner && cd inner && git commit -q --allow-empty -m in && git config core.fsmonitor "echo ran >> ${trace}; :" && cd .. && git update-index --add --cacheinfo 160000,$(git -C inner rev-parse HEAD),inner`;
    try {
      expect((await there().run(plant)).exitCode).toBe(0);
      outsideRun(['git', 'status', '--ignore-submodules=all'], workspace);
      expect(existsSync(trace)).toBe(false);
      outsideRun(['git', 'status'], workspace);
      expect(existsSync(trace)).toBe(true);
    } finally {
      await there().run('git update-index --force-remove inner; rm -rf inner');
      rmSync(trace, { force: true });
    }
  });

  it(
    'F40 a named pipe outside can be written, unless it is denied',
    async () => {
      const pipe = path.join(there().outside, 'pipe');
      outsideRun(['mkfifo', '-m', '666', pipe], '/');
      const reader = spawn('cat', [pipe], { stdio: ['ignore', 'pipe', 'ignore'] });
      const heard = text(reader.stdout);
      try {
        const write = '(echo order > "$OUT/pipe") 2> /dev/null || echo refused';
        const refused = await there().run(write, { deny: [pipe] });
        const written = await there().run(write);
        expect([refused.stdout, written.stdout, await heard]).toEqual(['refused\n', '', 'order\n']);
      } finally {
        reader.kill('SIGKILL');
        rmSync(pipe);
      }
    },
    { programs: ['mkfifo'] },
  );

  it(
    'F41 a lock on a file outside is held until the command ends',
    async () => {
      const { workspace, outside } = there();
      const [file, held, stop] = [
        path.join(outside, 'file'),
        path.join(workspace, 'held'),
        path.join(workspace, 'stop'),
      ];
      const isFree = (): boolean => spawnSync('flock', ['-n', file, 'true']).status === 0;
      const running = there().run(
        'exec 9< "$OUT/file"; flock 9; : > held; until [ -e stop ]; do sleep 0.05; done; rm held stop',
      );
      try {
        await vi.waitUntil(() => existsSync(held), WAIT);
        expect(isFree()).toBe(false);
      } finally {
        writeFileSync(stop, '');
        await running;
      }
      expect(isFree()).toBe(true);
    },
    { programs: ['flock'] },
  );

  it('F31 writing into a denied directory fails and is not lost in silence', async () => {
    const { stdout } = await there().run(
      'echo x 2> /dev/null > private/new || echo refused; chmod 777 private 2> /dev/null || echo refused',
    );
    expect([stdout, readdirSync(path.join(there().workspace, 'private'))]).toEqual([
      'refused\nrefused\n',
      ['key'],
    ]);
  });

  it('a file that runs as its owner cannot be left behind', async () => {
    await there().run(
      'cp /bin/true suid; chmod u+s suid; chmod 2755 suid; install -m 4755 /bin/true suid2; true',
    );
    const modes = ['suid', 'suid2'].map((name) => path.join(there().workspace, name));
    expect(modes.filter((file) => existsSync(file) && (lstatSync(file).mode & 0o6000) !== 0)).toEqual([]);
    await there().run('rm -f suid suid2');
  });

  it('a directory of somebody else can be allowed, and nothing protected appears in it', async () => {
    const foreign = path.join(there().workspace, '../foreign');
    mkdirSync(foreign);
    const { exitCode, stdout } = await there().run('touch .codex || echo refused', {
      cwd: foreign,
      write: [foreign],
    });
    expect([exitCode, stdout, readdirSync(foreign)]).toEqual([0, 'refused\n', []]);
  });

  it('F22 git outside sees nothing of a sandbox that runs', async () => {
    const running = there().run(
      'touch "$TMPDIR/up"; while [ ! -e "$TMPDIR/go" ]; do sleep 0.05; done; rm "$TMPDIR/go" "$TMPDIR/up"',
    );
    await vi.waitUntil(() => existsSync(path.join(there().temporary, 'up')), WAIT);
    const stubs = existsSync(path.join(there().workspace, '.codex'));
    const status = outsideRun(['git', 'status', '--short'], there().workspace);
    outsideRun(['touch', path.join(there().temporary, 'go')], '/');
    await running;
    expect([stubs, status.includes('.codex'), status.includes('.bashrc')]).toEqual([true, false, false]);
  });

  it('F21 what a killed executor left is removed by the next one', async () => {
    const killed = there().run('touch "$TMPDIR/up"; sleep 1000');
    await vi.waitUntil(() => existsSync(path.join(there().temporary, 'up')), WAIT);
    const outcome = expect(killed).rejects.toThrow(/the driver ended/);
    await there().killDriver();
    await outcome;
    expect(existsSync(path.join(there().workspace, '.codex'))).toBe(true);
    await there().run('true');
    expect(existsSync(path.join(there().workspace, '.codex'))).toBe(false);
  });
});

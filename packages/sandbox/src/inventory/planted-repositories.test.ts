import { existsSync, readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { expect } from 'vitest';
import { describeInWorlds } from './testing/describe-in-worlds.js';
import { outsideRun } from './testing/world.js';

const CHECK = '#!/bin/sh\nexit 0\n';

/** What an earlier command leaves beside the repository of the user, and by which no later one may be kept from running. */
const PLANTED: readonly (readonly [what: string, script: string])[] = [
  ['hooks with a name of 300 letters', 'git config core.hooksPath $(printf %0300d 0)'],
  [
    'a config with a name of 200 letters of two bytes',
    'git config include.path $(printf %0200d 0 | sed s/0/é/g)',
  ],
  ['hooks below a file', 'touch f; git config core.hooksPath f/x'],
  ['hooks by a link to a long name', 'rm -r .git/hooks; ln -s $(printf %0300d 0) .git/hooks'],
  ['hooks by a link below a file', 'rm -r .git/hooks; touch .git/f; ln -s f/x .git/hooks'],
  ['a repository that cannot be written', 'rm -r .git/hooks; chmod 555 .git'],
  [
    'a directory that cannot be written, with a config to come',
    'mkdir d; git config include.path ../d/x; chmod 500 d',
  ],
  ['a link at a protected name that is no UTF-8', `ln -s "$(printf '\\351')" ../.husky`],
  [
    'a repository with a path of 4,075 bytes',
    'n=$(printf %0200d 0); while [ $(pwd | wc -c) -lt 3830 ]; do mkdir $n; cd $n; done; n=$(printf %0$((4075 - $(pwd | wc -c)))d 0); mkdir $n; cd $n; mkdir .git .git/hooks .git/objects .git/refs; : > .git/HEAD',
  ],
];

const ATTEMPT = `
  exec 2> /dev/null
  cd r
  for hook in scripts/check scripts/missing; do
    printf '#!/bin/sh\\ntouch %s/ran\\n' "$OUT" > $hook && chmod +x $hook && echo written
  done
  mv scripts s && mkdir scripts && echo moved
  : > scripts/new; git add . && git commit -q -m x && echo committed
`;

describeInWorlds(({ there, it }) => {
  for (const [what, script] of PLANTED) {
    it(`${what} keeps no later command from running, nor from what is not protected`, async () => {
      const { bare } = there();
      const inBare = { cwd: bare, write: [bare] };
      try {
        const planted = await there().run(`git init -q r && cd r && { ${script}; }`, inBare);
        const { stdout } = await there().run('touch new r/new && echo made', inBare);
        expect([planted.exitCode, stdout]).toEqual([0, 'made\n']);
      } finally {
        outsideRun(['chmod', '-R', 'u+w', bare], '/');
        outsideRun(['find', bare, '-mindepth', '1', '-delete'], '/');
      }
    });
  }

  it('hooks that a config names stay as they are, however many repositories a command makes beside', async () => {
    const { bare } = there();
    const inBare = { cwd: bare, write: [bare] };
    const made = [
      'git init -q r && cd r && mkdir -p tools/hooks && git config core.hooksPath tools/hooks',
      // The letters are more than an equal share of all that is read.
      'git config branch.x.description $(printf %04000d 0) && cd ..',
      'for at in $(seq 300); do mkdir -p z/$at/objects z/$at/refs && : > z/$at/HEAD; done',
    ];
    try {
      const planted = await there().run(made.join(' && '), inBare);
      const { stdout } = await there().run(
        'exec 2> /dev/null; echo x > r/tools/hooks/pre-commit || echo refused; mv r/tools r/t || echo refused; touch r/new && echo made',
        inBare,
      );
      expect([planted.exitCode, stdout]).toEqual([0, 'refused\nrefused\nmade\n']);
    } finally {
      outsideRun(['find', bare, '-mindepth', '1', '-delete'], '/');
    }
  });

  it('what hooks that are links lead to stays as it is, and commits go on', async () => {
    const { bare, outside } = there();
    const repository = path.join(bare, 'r');
    const inBare = { cwd: bare, write: [bare] };
    const hooks =
      'ln -s ../../scripts/check .git/hooks/pre-commit; ln -s ../../scripts/missing .git/hooks/post-commit';
    try {
      await there().run(
        `git init -q r && cd r && mkdir scripts && printf '${CHECK.replaceAll('\n', '\\n')}' > scripts/check && chmod +x scripts/check && ${hooks}`,
        inBare,
      );
      const { stdout } = await there().run(ATTEMPT, inBare);
      outsideRun(['git', 'commit', '-q', '--allow-empty', '-m', 'y'], repository);
      expect([
        stdout,
        readFileSync(path.join(repository, 'scripts/check'), 'utf8'),
        existsSync(path.join(repository, 'scripts/missing')),
        existsSync(path.join(outside, 'ran')),
      ]).toEqual(['committed\n', CHECK, false, false]);
    } finally {
      rmSync(path.join(outside, 'ran'), { force: true });
      rmSync(repository, { recursive: true, force: true });
    }
  });

  it('commits go on in a linked worktree of which only what they need may be written, and what leads to its config stays', async () => {
    const { bare } = there();
    const directory = path.join(bare, 'r/.git');
    const files = path.join(bare, 'wt');
    const parts = ['worktrees', 'objects', 'refs', 'logs'].map((name) => path.join(directory, name));
    const own = path.join(directory, 'worktrees/wt');
    const attempt = `cd ${own} && { mv commondir x || echo refused; echo e > commondir || echo refused; } 2> /dev/null`;
    const commit = 'echo x > a && git add a && git commit -q -m x && echo committed';
    try {
      const made = 'git init -q r && cd r && git commit -q --allow-empty -m one && git worktree add -q ../wt';
      await there().run(made, { cwd: bare, write: [bare] });
      const withFiles = { cwd: files, write: [files, own, ...parts.slice(1)] };
      const committed = await there().run(`${commit}; ${attempt}`, withFiles);
      const withoutFiles = await there().run(attempt, { cwd: bare, write: parts });
      expect([committed.stdout, withoutFiles.stdout]).toEqual([
        'committed\nrefused\nrefused\n',
        'refused\nrefused\n',
      ]);
    } finally {
      outsideRun(['find', bare, '-mindepth', '1', '-delete'], '/');
    }
  });
});

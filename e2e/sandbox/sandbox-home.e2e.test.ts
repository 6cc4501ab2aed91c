import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { runHoldfast } from '../harness.js';
import { sandboxPlace } from './sandbox-profiles.js';
import { describeConfined, WHOEVER_TESTS } from './sandbox-users.js';

/** Real sandboxes are planned and started, one after the other, on a machine that may be busy. */
const DEADLINE_MS = 120_000;

const THERE = ['.config/fish/config.fish', '.config/nvim/init.vim', '.emacs', '.tmux.conf', '.vimrc', 'own'];
const MISSING = ['.bash_login', '.config/git/config', '.gitconfig', '.ssh/rc', '.zprofile', 'made'];

describeConfined('a home that a command may write', WHOEVER_TESTS, () => {
  test(
    'keeps its start-up files, and gets none',
    async () => {
      await using place = await sandboxPlace(WHOEVER_TESTS);
      const home = join(place.path, 'home');
      for (const name of THERE) {
        mkdirSync(join(home, name, '..'), { recursive: true });
        writeFileSync(join(home, name), '');
      }
      const attempts = [...THERE, ...MISSING].map(
        (name) => `mkdir -p "$(dirname ${name})"; echo x > ${name}`,
      );
      const { code, stdout } = await runHoldfast(
        [
          'sandbox',
          '--write',
          home,
          '--',
          '/bin/sh',
          '-c',
          `cd; (${attempts.join('; ')}); git config --list`,
        ],
        { env: { HOME: home, GIT_CONFIG_SYSTEM: '/dev/null' } },
      );
      expect({ code, stdout }).toEqual({ code: 0, stdout: '' });
      const changed = THERE.filter((name) => readFileSync(join(home, name), 'utf8') !== '');
      expect({ changed, names: readdirSync(home).sort() }).toEqual({
        changed: ['own'],
        names: ['.config', '.emacs', '.tmux.conf', '.vimrc', 'made', 'own'],
      });
      expect(readdirSync(join(home, '.config')).sort()).toEqual(['fish', 'nvim']);
    },
    DEADLINE_MS,
  );

  test(
    'keeps those that lie below a directory in it which alone is granted',
    async () => {
      await using place = await sandboxPlace(WHOEVER_TESTS);
      const home = join(place.path, 'home');
      mkdirSync(join(home, '.config', 'fish'), { recursive: true });
      const attempts = ['git/config', 'fish/config.fish', 'own'].map(
        (name) => `mkdir -p "$(dirname ${name})"; echo x > ${name}`,
      );
      const script = `cd ~/.config; ${attempts.join('; ')}`;
      const args = ['sandbox', '--write', join(home, '.config'), '--', '/bin/sh', '-c', script];
      const { code, stdout } = await runHoldfast(args, { env: { HOME: home } });
      expect({ code, stdout }).toEqual({ code: 0, stdout: '' });
      expect(readdirSync(join(home, '.config'), { recursive: true }).sort()).toEqual(['fish', 'own']);
    },
    DEADLINE_MS,
  );
});

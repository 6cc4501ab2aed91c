import { describe, expect, test } from 'vitest';
import { type FakeFile, fakeFiles } from '../files/testing/fake-files.js';
import { MAX_FOLLOWED_NAMES } from '../limits.js';
import { linesOf, policyOf } from '../policy/testing/rules.js';
import { fakeScans } from '../repositories/testing/fake-scans.js';
import { applyCeiling, type Ceiling, scanTargets } from './ceiling.js';
import { BARE_CEILING } from './testing/bare-ceiling.js';

const CEILING: Ceiling = {
  ...BARE_CEILING,
  protectedNames: ['.codex'],
};

describe('what a command has had lead far, for the next start to follow', () => {
  const FAR = `l${'/d'.repeat(60)}`;
  const many = (file: (at: number) => readonly [string, FakeFile]): Readonly<Record<string, FakeFile>> =>
    Object.fromEntries(Array.from({ length: 400 }, (_, at) => file(at)));

  /** How often files are looked at, and what comes of it. */
  async function looked(tree: Readonly<Record<string, FakeFile>>): Promise<{
    readonly looks: number;
    readonly rules: readonly string[];
    readonly gaps: readonly string[];
  }> {
    const files = fakeFiles({ ...tree, '/ws/l': { link: 'far' }, [`/ws/far${FAR.slice(1)}`]: 'directory' });
    let looks = 0;
    const counted = {
      ...files,
      look: (path: string) => {
        looks += 1;
        return files.look(path);
      },
    };
    const policy = policyOf(['write /ws']);
    const trees = new Map(
      await Promise.all(
        scanTargets(policy, CEILING).map(
          async (target) => [target.root, await fakeScans(files).find(target)] as const,
        ),
      ),
    );
    const { policy: held, gaps } = applyCeiling(policy, CEILING, { files: counted }, trees);
    return { looks, rules: linesOf(held.rules), gaps };
  }

  test('is followed as far as all of it may cost; the files that point there and other repositories stay as they are', async () => {
    const { looks, rules, gaps } = await looked({
      ...many((at) => [`/ws/a/${at}/.git`, { text: `gitdir: /ws/${FAR}/${at}` }]),
      '/ws/z/.git': { text: 'gitdir: ../real' },
      '/ws/real/hooks': 'directory',
    });
    expect(gaps).toEqual([
      expect.stringMatching(
        new RegExp(
          `^/ws/a/\\d+/\\.git is not followed to a directory, nor are \\d+ more, so git hooks and config there may be left open: /ws/far(/d)+ is not looked at, since more than ${MAX_FOLLOWED_NAMES} names would have to be looked at for all that lead far; remove it$`,
        ),
      ),
      '/ws/l is a link on the way from /ws/a/0/.git to the directory of its repository, and could be replaced; have no link there',
    ]);
    expect(rules).toEqual(
      expect.arrayContaining(['read /ws/a/399/.git', 'read /ws/z/.git', 'read /ws/real/hooks']),
    );
    // Those and some for each of the files.
    expect(looks).toBeLessThan(MAX_FOLLOWED_NAMES + 400 * 40);
  });

  test('and so are links at what is to be protected', async () => {
    const { rules, gaps } = await looked({
      ...many((at) => [`/ws/a/${at}/.git/hooks`, { link: `/ws/${FAR}/${at}` }]),
      '/ws/z/.git/hooks': { link: '../own' },
      '/ws/z/own': 'directory',
    });
    expect(gaps).toContainEqual(
      expect.stringMatching(
        /^\/ws\/a\/\d+\/\.git\/hooks is not protected: \/ws\/far(\/d)+ is not looked at, since more than 8192 names would have to be looked at for all that lead far; have no link there \(and \d+ more like it\)$/,
      ),
    );
    expect(rules).toContain('read /ws/z/own');
  });
});

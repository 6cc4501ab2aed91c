import { lchownSync, lstatSync, mkdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { platform } from 'node:os';
import path from 'node:path';
import { beforeEach, expect, test } from 'vitest';
import { realFileFacts } from '../files/real-file-facts.js';
import { identityOf } from '../files/resolve-path.js';
import { temporaryDirectory } from '../files/testing/temporary-directory.js';
import type { LooseLink } from '../policy/path-rule.js';
import { NEVER_ABORTED } from '../until-aborted.js';
import type { Appeared } from './appeared.js';
import { Findings } from './findings.js';
import { KeptOutPlaces } from './kept-out.js';
import { findUncovered } from './uncovered.js';

let root: string;

beforeEach(() => {
  root = temporaryDirectory();
});

function at(name: string): string {
  return path.join(root, name);
}

/** A link as it is known before a command begins. */
function known(link: string, target?: string): LooseLink {
  const found = realFileFacts.look(link);
  if (found === undefined) throw new Error(`nothing is at ${link}`);
  return { path: link, identity: identityOf(found), target, uid: found.uid };
}

/** What is told of such links. */
async function told(looseLinks: readonly LooseLink[], since = 0): Promise<readonly Appeared[]> {
  const findings = new Findings();
  const keptOut = new KeptOutPlaces(realFileFacts);
  await findUncovered({ rules: [], looseLinks }, { since, findings, signal: NEVER_ABORTED, keptOut });
  return findings.report.found;
}

function note(name: string): Appeared {
  const text = `${at(name)} was a link, which nothing kept from being replaced, and there is something else now; look at what it holds, or where it leads`;
  return { kind: 'protectedName', path: at(name), text };
}

test('what is in the place of a link that nothing kept is told, and a link that stays is not', async () => {
  const names = ['stays', 'replaced', 'relinked', 'gone', 'a/moved', 'b/covered'];
  for (const name of ['a', 'b', 'prepared']) mkdirSync(at(name));
  for (const name of names) symlinkSync('x', at(name));
  symlinkSync('y', at('prepared/moved'));
  const links = names.map((name) => known(at(name), 'x'));
  for (const name of ['replaced', 'relinked', 'gone']) rmSync(at(name));
  writeFileSync(at('replaced'), '');
  symlinkSync('/nowhere', at('relinked'));
  renameSync(at('a'), at('aside'));
  renameSync(at('prepared'), at('a'));
  renameSync(at('b'), at('elsewhere'));
  symlinkSync('elsewhere', at('b'));
  expect(await told(links)).toEqual(['replaced', 'relinked', 'a/moved', 'b/covered'].map(note));
});

test('a link that was made anew as it was is not told, but where nobody knows how it was', async () => {
  const names = ['tool', 'a/moved', 'unknown'];
  for (const name of ['a', 'prepared']) mkdirSync(at(name));
  for (const name of [...names, 'prepared/moved']) symlinkSync('../x', at(name));
  const links = names.map((name) => known(at(name), name === 'unknown' ? undefined : '../x'));
  for (const name of ['tool', 'unknown']) {
    symlinkSync('../x', at('new'));
    renameSync(at('new'), at(name));
  }
  renameSync(at('a'), at('aside'));
  renameSync(at('prepared'), at('a'));
  expect(await told(links)).toEqual([note('unknown')]);
});

test.skipIf(process.getuid?.() !== 0)(
  'one that somebody else has made anew is told: the kernel may follow it for others',
  async () => {
    symlinkSync('x', at('theirs'));
    const links = [known(at('theirs'), 'x')];
    symlinkSync('x', at('new'));
    lchownSync(at('new'), 64_321, 64_321);
    renameSync(at('new'), at('theirs'));
    expect(await told(links)).toEqual([note('theirs')]);
  },
);

test.skipIf(platform() !== 'linux')(
  'of a link whose file system does not tell when it was made the time of its change tells, or where it leads',
  async () => {
    const link = '/proc/mounts';
    const { ctimeMs } = lstatSync(link);
    const found = async (target: string, since: number): Promise<readonly string[]> =>
      (await told([known(link, target)], since)).map((one) => one.path);
    expect([
      await found('elsewhere', ctimeMs),
      await found('elsewhere', ctimeMs + 60_000),
      await found('self/mounts', ctimeMs),
    ]).toEqual([[link], [], []]);
  },
);

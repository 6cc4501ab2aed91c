import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  chownSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { pinDirectory } from './pinned-directory.js';
import { removeTree } from './remove-tree.js';

const LIMIT_MS = 60_000;
const FILES = 1500;

let place = '';
let tree = '';
let victim = '';

beforeEach(() => {
  place = mkdtempSync(join(tmpdir(), 'holdfast-remove-'));
  [tree, victim] = [join(place, 'tree'), join(place, 'victim')];
  mkdirSync(tree);
  mkdirSync(victim);
});

afterEach(() => {
  rmSync(place, { recursive: true, force: true });
});

/** Exchanges a directory for a link as soon as a file in it is removed. */
const EXCHANGE = `
const fs = require('node:fs');
const [, tree, victim] = process.argv;
const before = fs.readdirSync(tree + '/d').length;
process.send('ready');
for (;;) {
  try {
    if (fs.readdirSync(tree + '/d').length < before) {
      fs.renameSync(tree + '/d', tree + '-moved');
      fs.symlinkSync(victim, tree + '/d');
      break;
    }
  } catch (error) {
    break;
  }
}
`;

async function exchanging(): Promise<ChildProcess> {
  const stdio = ['ignore', 'ignore', 'inherit', 'ipc'] as const;
  const child = spawn(process.execPath, ['-e', EXCHANGE, tree, victim], { stdio: [...stdio] });
  await once(child, 'message');
  return child;
}

describe.runIf(process.platform === 'linux')('a directory is removed', () => {
  test('with all that is in it, whatever its modes and however deep', () => {
    mkdirSync(join(tree, 'a/b'), { recursive: true });
    writeFileSync(join(tree, 'a/b/file'), '');
    writeFileSync(Buffer.concat([Buffer.from(`${tree}/`), Buffer.from([0xff])]), '');
    chmodSync(join(tree, 'a/b'), 0);
    chmodSync(join(tree, 'a'), 0o500);
    mkdirSync(join(tree, ...Array<string>(200).fill('d')), { recursive: true });
    expect([removeTree(pinDirectory(tree), LIMIT_MS), readdirSync(place)]).toEqual(['gone', ['victim']]);
  });

  test('and what links in it lead to is not', () => {
    writeFileSync(join(victim, 'file'), '');
    symlinkSync(victim, join(tree, 'link'));
    expect([removeTree(pinDirectory(tree), LIMIT_MS), readdirSync(victim)]).toEqual(['gone', ['file']]);
  });

  test('and not what has taken its place', () => {
    writeFileSync(join(victim, 'file'), '');
    writeFileSync(join(tree, 'own'), '');
    const pinned = pinDirectory(tree);
    renameSync(tree, `${tree}-moved`);
    symlinkSync(victim, tree);
    expect(removeTree(pinned, LIMIT_MS)).toBe('unfinished');
    expect([readdirSync(victim), readdirSync(`${tree}-moved`)]).toEqual([['file'], []]);
  });

  test('and nothing else while directories in it are exchanged for links', async () => {
    mkdirSync(join(tree, 'd'));
    for (let n = 0; n < FILES; n += 1) {
      writeFileSync(join(tree, 'd', `f${String(n)}`), '');
      writeFileSync(join(victim, `f${String(n)}`), 'precious');
    }
    const attacker = await exchanging();
    const ended = once(attacker, 'exit');
    removeTree(pinDirectory(tree), LIMIT_MS);
    await ended;
    expect(readdirSync(victim)).toHaveLength(FILES);
  });

  test('as far as there is time', () => {
    mkdirSync(join(tree, 'a/b'), { recursive: true });
    expect([removeTree(pinDirectory(tree), 0), existsSync(tree)]).toEqual(['unfinished', true]);
    expect(removeTree(pinDirectory(tree), LIMIT_MS)).toBe('gone');
  });

  test('a little by each try, however much there is', () => {
    const names = Array.from({ length: FILES }, (_, n) => `f${String(n)}`);
    for (const name of names) writeFileSync(join(tree, name), '');
    mkdirSync(join(tree, 'd/e'), { recursive: true });
    let now = 0;
    vi.spyOn(Date, 'now').mockImplementation(() => (now += 1));
    let tries = 1;
    while (removeTree(pinDirectory(tree), FILES / 5) !== 'gone') tries += 1;
    expect({ tries, left: readdirSync(place) }).toEqual({ tries: 6, left: ['victim'] });
  });
});

/** Only root can make files of others, and only root could remove what is in their directories. */
describe.runIf(process.platform === 'linux' && process.getuid?.() === 0)('root removes', () => {
  const OTHER = 64_322;

  function foreignDirectory(path: string, mode: number): void {
    mkdirSync(path);
    chownSync(path, OTHER, OTHER);
    chmodSync(path, mode);
  }

  test('nothing in directories of another user, and opens none of them', () => {
    mkdirSync(join(tree, 'a/b/c'), { recursive: true });
    const foreign = join(tree, 'a/b/c/foreign');
    foreignDirectory(foreign, 0o777);
    writeFileSync(join(foreign, 'file'), '');
    mkdirSync(join(foreign, 'own'));
    writeFileSync(join(foreign, 'own/file'), '');
    foreignDirectory(join(foreign, 'private'), 0o700);
    writeFileSync(join(foreign, 'private/file'), 'precious');
    writeFileSync(join(tree, 'a/b/file'), '');
    expect(removeTree(pinDirectory(tree), LIMIT_MS)).toBe('foreign');
    const [left = '', ...others] = readdirSync(tree, { recursive: true, encoding: 'utf8' }).sort();
    expect([others.map((path) => path.replace(left, '')), modeOf(join(tree, left, 'foreign'))]).toEqual([
      ['', '/file', '/own', '/own/file', '/private', '/private/file'].map((path) => `/foreign${path}`),
      0o777,
    ]);
  });

  test('what another user has put into its own directories', () => {
    mkdirSync(join(tree, 'a'));
    chmodSync(join(tree, 'a'), 0o1777);
    for (const name of ['file', 'a/file']) {
      writeFileSync(join(tree, name), '');
      chownSync(join(tree, name), OTHER, OTHER);
    }
    foreignDirectory(join(tree, 'a/empty'), 0o700);
    foreignDirectory(join(tree, 'empty'), 0o700);
    expect([removeTree(pinDirectory(tree), LIMIT_MS), readdirSync(place)]).toEqual(['gone', ['victim']]);
  });

  test("no directory that is another user's itself", () => {
    chownSync(tree, OTHER, OTHER);
    const mode = modeOf(tree);
    expect([removeTree(pinDirectory(tree), LIMIT_MS), modeOf(tree)]).toEqual(['foreign', mode]);
  });

  function modeOf(path: string): number {
    return lstatSync(path).mode & 0o7777;
  }
});

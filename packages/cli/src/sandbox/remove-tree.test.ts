import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  existsSync,
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
    expect([removeTree(pinDirectory(tree), LIMIT_MS), readdirSync(place)]).toEqual([true, ['victim']]);
  });

  test('and what links in it lead to is not', () => {
    writeFileSync(join(victim, 'file'), '');
    symlinkSync(victim, join(tree, 'link'));
    expect([removeTree(pinDirectory(tree), LIMIT_MS), readdirSync(victim)]).toEqual([true, ['file']]);
  });

  test('and not what has taken its place', () => {
    writeFileSync(join(victim, 'file'), '');
    writeFileSync(join(tree, 'own'), '');
    const pinned = pinDirectory(tree);
    renameSync(tree, `${tree}-moved`);
    symlinkSync(victim, tree);
    expect(removeTree(pinned, LIMIT_MS)).toBe(false);
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
    expect([removeTree(pinDirectory(tree), 0), existsSync(tree)]).toEqual([false, true]);
    expect(removeTree(pinDirectory(tree), LIMIT_MS)).toBe(true);
  });

  test('a little by each try, however much there is', () => {
    const names = Array.from({ length: FILES }, (_, n) => `f${String(n)}`);
    for (const name of names) writeFileSync(join(tree, name), '');
    mkdirSync(join(tree, 'd/e'), { recursive: true });
    let now = 0;
    vi.spyOn(Date, 'now').mockImplementation(() => (now += 1));
    let tries = 1;
    while (!removeTree(pinDirectory(tree), FILES / 5)) tries += 1;
    expect({ tries, left: readdirSync(place) }).toEqual({ tries: 6, left: ['victim'] });
  });
});

import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { beforeEach, expect, test } from 'vitest';
import { temporaryDirectory } from '../files/testing/temporary-directory.js';
import type { Appeared } from './appeared.js';
import { changesIn } from './testing/changes-in.js';

let work: string;
let directory: string;
let file: string;
let made: Buffer;

beforeEach(() => {
  work = temporaryDirectory();
  directory = path.join(work, '.git');
  file = path.join(directory, 'objects/pack/multi-pack-index');
  git('init', '-q');
  for (const text of ['one', 'two']) {
    git('commit', '-q', '--allow-empty', '-m', text);
    git('repack', '-dq');
  }
  git('multi-pack-index', 'write');
  made = readFileSync(file);
});

function git(...args: readonly string[]): void {
  const who = ['-c', 'user.name=a', '-c', 'user.email=a@example.org'];
  execFileSync('git', ['-C', work, ...who, ...args], { stdio: 'ignore' });
}

function note(why: string, at = file): Appeared {
  const text = `${at} ${why}, and git maintenance or git multi-pack-index outside removes packs where it says; remove it`;
  return { kind: 'gitState', path: at, text };
}

const UNREAD = 'is not as git writes it, or names too many packs';

/** As git made it, with one byte after another from there on. */
function changed(at: number, bytes: string): Buffer {
  const copy = Buffer.from(made);
  copy.write(bytes, at, 'latin1');
  return copy;
}

test('an index of several packs is nothing to tell as git writes it, and is told where a name leads elsewhere', async () => {
  expect([made.readUInt32BE(8), await changesIn(directory)]).toEqual([2, []]);
  const at = made.indexOf('pack-');
  const end = made.indexOf(0, at);
  const name = `../../../victim/${'x'.repeat(end - at - 20)}.idx`;
  writeFileSync(file, changed(at, name));
  const why = `names the pack "${name}"`;
  expect(await changesIn(directory)).toEqual([note(why)]);
  const layer = path.join(directory, 'objects/pack/multi-pack-index.d/multi-pack-index-0.midx');
  mkdirSync(path.dirname(layer));
  writeFileSync(layer, changed(at, name));
  writeFileSync(file, made);
  expect(await changesIn(directory)).toEqual([note(why, layer)]);
});

test('one that cannot be read is told: cut off, with other counts, with names beside those that are counted', async () => {
  const names = made.indexOf('pack-');
  const entry = made.indexOf('PNAM');
  const bad = [
    ...[Buffer.alloc(0), made.subarray(0, 20), made.subarray(0, names + 10), changed(0, 'MIDY')],
    ...[changed(6, '\xff'), changed(11, '\x01'), changed(11, '\x03'), changed(11, '\xff')],
    ...[
      changed(entry, 'PNAX'),
      changed(entry + 12, 'PNAM'),
      changed(entry + 4, '\xff'),
      changed(names, '\0'),
    ],
  ];
  for (const bytes of bad) {
    writeFileSync(file, bytes);
    expect(await changesIn(directory)).toEqual([note(UNREAD)]);
  }
});

test('one with more names than there is room left for is told', async () => {
  expect(await changesIn(directory, 0, { packNameBytes: 100 })).toEqual([]);
  expect(await changesIn(directory, 0, { packNameBytes: 99 })).toEqual([note(UNREAD)]);
});

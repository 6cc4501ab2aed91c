import { chmodSync, chownSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { errorCode } from './error-code.js';
import { openEntries, openFewEntries } from './open-entries.js';
import { temporaryDirectory } from './testing/temporary-directory.js';

const isRoot = process.geteuid?.() === 0;
const NOBODY = 65534;

let place: string;

beforeEach(() => {
  place = temporaryDirectory();
  writeFileSync(path.join(place, 'file'), '');
  // To root nothing is shut.
  if (isRoot) chownSync(place, NOBODY, NOBODY);
  if (isRoot) process.seteuid?.(NOBODY);
});

afterEach(() => {
  if (isRoot) process.seteuid?.(0);
  chmodSync(place, 0o700);
});

async function namesBy(open: () => ReturnType<typeof openFewEntries> | ReturnType<typeof openEntries>) {
  try {
    const names: string[] = [];
    for await (const { name } of await open()) names.push(name);
    return names;
  } catch (error) {
    return errorCode(error);
  }
}

test.each([
  ['700', ['file']],
  ['500', ['file']],
  ['600', 'EACCES'],
  ['400', 'EACCES'],
  ['300', 'EACCES'],
  ['000', 'EACCES'],
])(
  'the entries of a directory are for whoever can look at them, and so with mode %s: %j',
  async (mode, seen) => {
    chmodSync(place, Number.parseInt(mode, 8));
    expect([await namesBy(() => openEntries(place)), await namesBy(() => openFewEntries(place))]).toEqual([
      seen,
      seen,
    ]);
  },
);

import { chmodSync, chownSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { realScanFiles } from './scan-files.js';

const NOBODY = 65534;
const isRoot = process.geteuid?.() === 0;

let place: string;

beforeEach(() => {
  place = mkdtempSync(path.join(tmpdir(), 'holdfast-scan-'));
});

afterEach(() => {
  rmSync(place, { recursive: true });
});

test.skipIf(!isRoot)('what another user has closed to all others is not looked into (needs root)', () => {
  const isLookedInto = (uid: number, mode: number): boolean => {
    chownSync(place, uid, uid);
    chmodSync(place, mode);
    return realScanFiles.stampOf(place) !== undefined;
  };
  expect({
    private: isLookedInto(NOBODY, 0o700),
    readable: isLookedInto(NOBODY, 0o744),
    ofItsGroup: isLookedInto(NOBODY, 0o710),
    ofAll: isLookedInto(NOBODY, 0o701),
    own: isLookedInto(0, 0o700),
  }).toEqual({ private: false, readable: false, ofItsGroup: true, ofAll: true, own: true });
});

import { lstatSync, mkdirSync, readdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test, vi } from 'vitest';
import { StalePlan } from '../files/stale-plan.js';
import { temporaryDirectory } from '../files/testing/temporary-directory.js';
import type { PlannedDescriptor } from '../linux/launch-plan.js';
import { compileFilter } from '../linux/seccomp/compile-filter.js';
import { FILTER_RULES } from '../linux/seccomp/filter-rules.js';
import { holdDescriptors } from './hold-descriptors.js';
import { PlaceholderStore } from './placeholder-store.js';

const FILTER: PlannedDescriptor = { kind: 'filter', program: compileFilter('x64', FILTER_RULES) };

test('the program of the filter is in no file, which a confined command could open and overwrite', () => {
  const temporary = temporaryDirectory();
  vi.stubEnv('TMPDIR', path.join(temporary, 'none'));
  try {
    const planned: readonly PlannedDescriptor[] = [{ kind: 'status' }, FILTER, { kind: 'nothing' }];
    const held = holdDescriptors(planned, 3, new Map());
    expect([held.stdio.slice(0, 2), held.pipes.filter]).toEqual([['pipe', 'pipe'], 4]);
    held.close();
    expect(readdirSync(temporary)).toEqual([]);
  } finally {
    vi.unstubAllEnvs();
  }
});

test('a placeholder is the one that was made, not what a link leads to that took the place of its directory', async () => {
  const place = temporaryDirectory();
  const at = (name: string): string => path.join(place, name);
  for (const name of ['ws', 'keys']) mkdirSync(at(name));
  writeFileSync(at('keys/config'), 'secret');
  const { dev, ino } = lstatSync(at('ws'));
  const placeholder = {
    path: at('ws/config'),
    directory: { device: dev, inode: ino },
    kind: 'directory',
  } as const;
  const store = new PlaceholderStore(at('records'), () => undefined);
  const held = await store.hold([placeholder]);
  const planned = [{ kind: 'path', path: placeholder.path, identity: 'placeholder' }] as const;
  holdDescriptors(planned, 3, held.made).close();
  renameSync(at('ws'), at('moved'));
  symlinkSync(at('keys'), at('ws'));
  const stale = new StalePlan(placeholder.path, 'was replaced');
  expect(() => holdDescriptors(planned, 3, held.made)).toThrow(stale);
  // The very directory that was made, by another name than planned.
  rmSync(at('ws'));
  symlinkSync(at('moved'), at('ws'));
  expect(() => holdDescriptors(planned, 3, held.made)).toThrow(stale);
  held.release();
});

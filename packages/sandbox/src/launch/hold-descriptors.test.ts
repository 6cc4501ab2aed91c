import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, test, vi } from 'vitest';
import { compileFilter } from '../linux/seccomp/compile-filter.js';
import { holdDescriptors } from './hold-descriptors.js';
import type { PlannedDescriptor } from './launch-plan.js';

const FILTER: PlannedDescriptor = { kind: 'filter', program: compileFilter('x64') };

test('the program of the filter is in no file, which a confined command could open and overwrite', () => {
  const temporary = mkdtempSync(path.join(tmpdir(), 'holdfast-descriptors-'));
  vi.stubEnv('TMPDIR', path.join(temporary, 'none'));
  try {
    const planned: readonly PlannedDescriptor[] = [{ kind: 'status' }, FILTER, { kind: 'nothing' }];
    const held = holdDescriptors(planned, 3);
    expect([held.stdio.slice(0, 2), held.pipes.filter]).toEqual([['pipe', 'pipe'], 4]);
    held.close();
    expect(readdirSync(temporary)).toEqual([]);
  } finally {
    vi.unstubAllEnvs();
    rmSync(temporary, { recursive: true });
  }
});

import { lstatSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { vi } from 'vitest';

/** A time after all that was stamped before, by the clock that stamps files. @param directory Has it read from a file in there. */
export async function laterTime(directory: string): Promise<number> {
  const probe = path.join(directory, 'probe');
  const stamped = (): number => {
    writeFileSync(probe, '');
    return lstatSync(probe).ctimeMs;
  };
  const before = stamped();
  return await vi.waitUntil(() => {
    const now = stamped();
    return now > before && now;
  });
}

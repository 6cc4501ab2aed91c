import { lstatSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { vi } from 'vitest';

/** A time after something was stamped, by the clock that stamps files. @param directory Has it read from a file in there. */
export async function laterThan(file: string, directory: string): Promise<number> {
  const before = lstatSync(file).ctimeMs;
  const probe = path.join(directory, 'probe');
  return await vi.waitUntil(() => {
    writeFileSync(probe, '');
    const { ctimeMs } = lstatSync(probe);
    return ctimeMs > before && ctimeMs;
  });
}

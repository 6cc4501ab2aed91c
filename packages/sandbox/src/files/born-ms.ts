import type { Stats } from 'node:fs';

/** When a file was made, in milliseconds since 1970; undefined where its file system does not tell. */
export function bornMsOf({ birthtimeMs }: Pick<Stats, 'birthtimeMs'>): number | undefined {
  return birthtimeMs > 0 ? birthtimeMs : undefined;
}

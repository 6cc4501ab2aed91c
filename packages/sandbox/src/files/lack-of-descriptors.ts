import { closeSync, openSync } from 'node:fs';

/** What the system says when it is asked for `count` more descriptors at once; undefined when they can be had. */
export function lackOfDescriptors(count: number): unknown {
  const fds: number[] = [];
  try {
    while (fds.length < count) fds.push(openSync('/dev/null', 'r'));
    return undefined;
  } catch (error) {
    return error;
  } finally {
    for (const fd of fds) closeSync(fd);
  }
}

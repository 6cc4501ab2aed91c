import { chmodSync, fstatSync } from 'node:fs';
import { pathOfDescriptor } from '../../files/descriptors.js';

/**
 * Does something in a directory with the right to write and enter it, where it belongs to this user, who could take that right
 * at any time. Its mode is put back, unless somebody has changed it meanwhile. In one of anybody else it is done as it is.
 * @param directory A descriptor, so that no link leads anywhere else.
 */
export function whileOpen<T>(directory: number, work: () => T): T {
  const { uid, gid, mode } = fstatSync(directory);
  const found = mode & PERMISSIONS;
  const open = found | WRITE_AND_ENTER;
  if (found === open || uid !== process.geteuid?.() || isLost(found, gid)) return work();
  const at = pathOfDescriptor(directory);
  chmodSync(at, open);
  try {
    return work();
  } finally {
    if ((fstatSync(directory).mode & PERMISSIONS) === open) chmodSync(at, found);
  }
}

const PERMISSIONS = 0o7777;
const WRITE_AND_ENTER = 0o300;
const SET_GROUP = 0o2000;

/** The kernel takes this bit away whenever somebody sets a mode who is not in the group. */
function isLost(mode: number, gid: number): boolean {
  const isInGroup = process.getegid?.() === gid || process.getgroups?.().includes(gid) === true;
  return (mode & SET_GROUP) !== 0 && !isInGroup;
}

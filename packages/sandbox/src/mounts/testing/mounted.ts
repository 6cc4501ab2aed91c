import { isWithin } from '../../files/paths.js';
import { type Mount, mountsIn } from '../mount-table.js';

/**
 * What is mounted besides a root. Each line is a device, what of it is shown and where; behind that its kind, what was mounted and its
 * options, if that matters.
 */
export function mountedAt(lines: readonly string[]): readonly Mount[] {
  const all = ['8:1 / /', ...lines].map((line) => line.split(' '));
  const table = all.map(([device, root, path = '', kind = 'ext4', what = 'x', words = 'rw'], at) => {
    const upon = all.slice(0, at).findLastIndex(([, , above = '']) => isWithin(path, above));
    return `${at + 1} ${upon + 1} ${device} ${root} ${path} rw - ${kind} ${what} ${words}\n`;
  });
  return mountsIn(table.join(''));
}

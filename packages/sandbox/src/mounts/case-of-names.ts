import type { Mount } from './mount-table.js';

/**
 * Whether the kernel of this machine compares the names of files on a mount itself, by the rules of their file system. It finds a file under
 * all its spellings as one then, with what is mounted upon it; where others compare, it takes each spelling for a file of its own.
 */
export function isNamedByKernel({ type }: Mount): boolean {
  return NAMED_BY_KERNEL.has(type);
}

const NAMED_BY_KERNEL: ReadonlySet<string> = new Set([
  ...[
    'bcachefs',
    'btrfs',
    'erofs',
    'exfat',
    'ext2',
    'ext3',
    'ext4',
    'f2fs',
    'hfs',
    'hfsplus',
    'iso9660',
    'jfs',
  ],
  ...['msdos', 'overlay', 'ramfs', 'squashfs', 'tmpfs', 'udf', 'vfat', 'xfs', 'zfs'],
]);

import { closeSync, readdirSync, readFileSync } from 'node:fs';

/** What the flags of a descriptor hold when it is closed in whatever this program starts. */
const CLOSE_ON_EXEC = 0o2000000;

/**
 * Closes what the program that started this one left open beyond the standard three: a process that runs for a client
 * must not get it. Node's own descriptors are closed there by themselves. Does nothing where there is no /proc.
 */
export function closeInheritedDescriptors(): void {
  for (const fd of inheritedDescriptors()) {
    try {
      closeSync(fd);
    } catch {
      // It was the one with which the list was read.
    }
  }
}

function inheritedDescriptors(): readonly number[] {
  try {
    return readdirSync('/proc/self/fdinfo')
      .map(Number)
      .filter((fd) => fd > 2 && isInherited(fd));
  } catch {
    return [];
  }
}

function isInherited(fd: number): boolean {
  try {
    const flags = /^flags:\s+(\d+)$/m.exec(readFileSync(`/proc/self/fdinfo/${String(fd)}`, 'utf8'))?.[1];
    return flags !== undefined && (Number.parseInt(flags, 8) & CLOSE_ON_EXEC) === 0;
  } catch {
    return false;
  }
}

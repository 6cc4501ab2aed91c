import { lstatSync, mkdtempSync, readdirSync, readlinkSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isProcessRunning, ownProcessMark } from '@holdfast/sandbox';
import type { LocalPermissions } from './local-intent.js';

/** What a command gets besides what was named for it. */
export interface OwnTemporary {
  /** The environment of this program, with TMPDIR. */
  readonly env: Readonly<Record<string, string>>;
  readonly permissions: LocalPermissions;
}

/**
 * Gives a command a temporary directory that it may write; it goes when `use` has settled, and those of programs that were
 * killed before go first.
 */
export async function withOwnTemporary<T>(
  permissions: LocalPermissions,
  use: (own: OwnTemporary) => T | Promise<T>,
): Promise<T> {
  const temporary = mkdtempSync(join(tmpdir(), process.platform === 'linux' ? ownPrefix() : PREFIX));
  try {
    return await use({
      env: { ...definedEnvironment(), TMPDIR: temporary },
      permissions: { ...permissions, write: [...permissions.write, temporary] },
    });
  } finally {
    rmSync(temporary, { recursive: true, force: true });
  }
}

const PREFIX = 'holdfast-sandbox-';

/** Names this program, so that another one can tell when it has gone. Removes what was left by those that have. */
function ownPrefix(): string {
  // Who has other numbers for processes may share the directory.
  const namespace = /\d+/.exec(readlinkSync('/proc/self/ns/pid'))?.[0] ?? '';
  const prefix = `${PREFIX}${namespace}-`;
  removeLeft(tmpdir(), prefix);
  return `${prefix}${ownProcessMark()}-`;
}

function removeLeft(directory: string, prefix: string): void {
  for (const entry of readdirSync(directory)) {
    if (!entry.startsWith(prefix) || isProcessRunning(entry.slice(prefix.length))) continue;
    const left = join(directory, entry);
    try {
      if (lstatSync(left).uid === process.getuid?.()) rmSync(left, { recursive: true, force: true });
    } catch {
      // Another program removes it, or the next one will.
    }
  }
}

function definedEnvironment(): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(process.env).filter((entry): entry is [string, string] => entry[1] !== undefined),
  );
}

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { LocalPermissions } from './local-intent.js';

/** What a command gets besides what was named for it. */
export interface OwnTemporary {
  /** The environment of this program, with TMPDIR. */
  readonly env: Readonly<Record<string, string>>;
  readonly permissions: LocalPermissions;
}

/** Gives a command a temporary directory that it may write; it goes when `use` has settled. */
export async function withOwnTemporary<T>(
  permissions: LocalPermissions,
  use: (own: OwnTemporary) => T | Promise<T>,
): Promise<T> {
  const temporary = mkdtempSync(join(tmpdir(), 'holdfast-sandbox-'));
  try {
    return await use({
      env: { ...definedEnvironment(), TMPDIR: temporary },
      permissions: { ...permissions, write: [...permissions.write, temporary] },
    });
  } finally {
    rmSync(temporary, { recursive: true, force: true });
  }
}

function definedEnvironment(): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(process.env).filter((entry): entry is [string, string] => entry[1] !== undefined),
  );
}

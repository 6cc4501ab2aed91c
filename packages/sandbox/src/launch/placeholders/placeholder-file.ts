import { mkdirSync, rmdirSync, unlinkSync, writeFileSync } from 'node:fs';
import { ExecError } from '@holdfast/exec-protocol';
import { errorCode } from '../../files/error-code.js';
import { parentOf } from '../../files/paths.js';
import { readSmallFile } from '../../files/read-small-file.js';
import { StalePlan } from '../../files/stale-plan.js';
import type { Placeholder } from '../../linux/plan-mounts.js';

/**
 * Puts a placeholder where nothing is.
 * @throws StalePlan when its directory has gone; ExecError `sandboxUnsupported` when it cannot be made.
 */
export function makePlaceholder(placeholder: Placeholder): void {
  try {
    if (placeholder.kind === 'directory') mkdirSync(placeholder.path, { mode: 0o755 });
    else writeFileSync(placeholder.path, placeholder.text, { flag: 'wx', mode: 0o644 });
  } catch (error) {
    const code = errorCode(error);
    // Another sandbox made it, or it came up since the plan was made: it is covered either way.
    if (code === 'EEXIST') return;
    if (code === 'ENOENT' || code === 'ENOTDIR') {
      throw new StalePlan(parentOf(placeholder.path), 'has gone', undefined, { cause: error });
    }
    throw new ExecError(
      'sandboxUnsupported',
      `sandbox: ${placeholder.path} must not be created by the command, and cannot be kept from it (${code ?? String(error)}); let this user write its directory, or do not allow the command to`,
      { cause: error },
    );
  }
}

/**
 * Removes what is still as it was made: whatever has other content is nobody's placeholder.
 * @returns false when one stands there and cannot be removed.
 */
export function removePlaceholder(placeholder: Placeholder): boolean {
  try {
    if (placeholder.kind === 'directory') rmdirSync(placeholder.path);
    else if (isAsMade(placeholder)) unlinkSync(placeholder.path);
    return true;
  } catch (error) {
    return NOT_THERE.has(errorCode(error) ?? '');
  }
}

/** Something else stands there, or nothing can. */
const NOT_THERE: ReadonlySet<string> = new Set([
  'ENOENT',
  'ENOTEMPTY',
  'EEXIST',
  'ENOTDIR',
  'EISDIR',
  'ENAMETOOLONG',
]);

function isAsMade({ path, text }: Extract<Placeholder, { readonly kind: 'file' }>): boolean {
  return readSmallFile(path, Buffer.byteLength(text)) === text;
}

/** Removes a file, if it is there. Many times faster than `rmSync`. */
export function removeFile(file: string): void {
  try {
    unlinkSync(file);
  } catch (error) {
    if (errorCode(error) !== 'ENOENT') throw error;
  }
}

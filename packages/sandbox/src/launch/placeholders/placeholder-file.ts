import { mkdirSync, readFileSync, rmdirSync, unlinkSync, writeFileSync } from 'node:fs';
import { ExecError } from '@holdfast/exec-protocol';
import type { Placeholder } from '../../linux/plan-mounts.js';
import { errorCode } from './error-code.js';

/**
 * Puts a placeholder where nothing is.
 * @throws ExecError `sandboxUnsupported` when it cannot be made.
 */
export function makePlaceholder(placeholder: Placeholder): void {
  try {
    if (placeholder.kind === 'directory') mkdirSync(placeholder.path, { mode: 0o755 });
    else writeFileSync(placeholder.path, placeholder.text, { flag: 'wx', mode: 0o644 });
  } catch (error) {
    const code = errorCode(error);
    // Another sandbox made it, or it came up since the plan was made: it is covered either way.
    if (code === 'EEXIST') return;
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
    else if (readFileSync(placeholder.path, 'utf8') === placeholder.text) unlinkSync(placeholder.path);
    return true;
  } catch (error) {
    return ['ENOENT', 'ENOTEMPTY', 'EEXIST', 'ENOTDIR', 'EISDIR'].includes(errorCode(error) ?? '');
  }
}

/** Removes a file, if it is there. Many times faster than `rmSync`. */
export function removeFile(file: string): void {
  try {
    unlinkSync(file);
  } catch (error) {
    if (errorCode(error) !== 'ENOENT') throw error;
  }
}

import { ExecError } from '@holdfast/exec-protocol';
import type { ConfinedFiles } from '../../confined-files.js';
import type { Sandboxes } from '../sandbox/sandboxes.js';

/** A machine that can confine nothing. */
export const NO_SANDBOXES: Sandboxes = {
  ceiling: undefined,
  confine: refuse,
  confineHelper: refuse,
};

/** The same for file requests. */
export const NO_CONFINED_FILES: ConfinedFiles = {
  close: () => Promise.resolve(),
  placeOf(sandbox) {
    if (sandbox == null) return undefined;
    throw new ExecError('sandboxUnsupported', 'sandbox: this machine has none');
  },
};

function refuse(): Promise<never> {
  return Promise.reject(new ExecError('sandboxUnsupported', 'sandbox: this machine has none'));
}

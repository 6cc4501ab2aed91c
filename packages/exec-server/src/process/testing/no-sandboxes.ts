import { ExecError } from '@holdfast/exec-protocol';
import type { Sandboxes } from '../sandbox/sandboxes.js';

/** A machine that can confine nothing. */
export const NO_SANDBOXES: Sandboxes = {
  ceiling: undefined,
  confine: () => Promise.reject(new ExecError('sandboxUnsupported', 'sandbox: this machine has none')),
};

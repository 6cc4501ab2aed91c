import { accessSync, constants, statSync } from 'node:fs';
import { systemError } from './error-code.js';

/** The error that running a file would meet, as far as looking at it tells; undefined when there is none. */
export function whyNotRunnable(file: string): unknown {
  try {
    accessSync(file, constants.X_OK);
    return statSync(file).isFile() ? undefined : systemError('EACCES', 'not a file');
  } catch (error) {
    return error;
  }
}

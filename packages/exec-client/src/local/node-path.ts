import { Buffer } from 'node:buffer';
import type { LocalPath } from '../transfer/local-files.js';

/** A path for people. */
export function shown(path: LocalPath): string {
  return JSON.stringify(Buffer.from(path).toString());
}

/** The system's name of a failure. */
export function codeOf(error: unknown): unknown {
  return error instanceof Error && 'code' in error ? error.code : undefined;
}

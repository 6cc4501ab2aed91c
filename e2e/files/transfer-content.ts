import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import type { TransferResult } from '@holdfast/exec-client';

/** What a file holds, for comparisons. */
export function sha256(path: string): string {
  return createHash('sha256').update(readFileSync(path)).digest('hex');
}

/** Bytes that repeat nowhere near, so that no two blocks are the same. */
export function pattern(length: number): Buffer {
  return Buffer.from(
    Uint32Array.from({ length: Math.ceil(length / 4) }, (_, at) => at * 2654435761).buffer,
  ).subarray(0, length);
}

/** Everything below a directory, sorted. */
export function names(directory: string): string[] {
  return readdirSync(directory, { encoding: 'latin1', recursive: true }).sort();
}

/** What came of a copy that left nothing out. */
export function resultOf(told: Partial<TransferResult>): TransferResult {
  return { files: 0, directories: 0, links: 0, bytes: 0, resumedBytes: 0, skipped: [], ...told };
}

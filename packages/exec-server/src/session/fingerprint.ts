import { createHash } from 'node:crypto';

/** Longer texts, the bytes of a write above all, are hashed where they are instead of being copied first. */
const LONG_TEXT = 1024;

/** A short text that two requests share only if they have the same method and the same parameters, in the same order. */
export function fingerprintOf(method: string, params: unknown): string {
  return digest(
    JSON.stringify([method, params], (_key, value: unknown) =>
      typeof value === 'string' && value.length > LONG_TEXT ? { sha256: digest(value) } : value,
    ),
  );
}

function digest(text: string): string {
  return createHash('sha256').update(text).digest('base64url');
}

import { InvalidArgumentError } from 'commander';

const UNITS: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/**
 * Reads `90`, `90s`, `5m`, `1.5h`, `250ms` or `2d` as milliseconds; a bare number means seconds.
 * @throws InvalidArgumentError for anything else, and for zero.
 */
export function parseDuration(text: string): number {
  const match = /^(\d+(?:\.\d+)?)(ms|s|m|h|d)?$/.exec(text);
  const unit = UNITS[match?.[2] ?? 's'] ?? 0;
  const durationMs = Number(match?.[1]) * unit;
  if (durationMs > 0) return durationMs;
  throw new InvalidArgumentError('Use a number with ms, s, m, h or d, such as 30s or 5m.');
}

/** Reads a duration that may be zero, in milliseconds. @throws InvalidArgumentError for anything else. */
export function parseDurationOrZero(text: string): number {
  return /^0(ms|s|m|h|d)?$/.test(text) ? 0 : parseDuration(text);
}

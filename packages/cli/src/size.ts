import { InvalidArgumentError } from 'commander';

const UNITS: Readonly<Record<string, number>> = { K: 2 ** 10, M: 2 ** 20, G: 2 ** 30 };

/**
 * Reads `1048576`, `64K`, `256M` or `3G` as bytes.
 * @throws InvalidArgumentError for anything else.
 */
export function parseSize(text: string): number {
  const match = /^(\d{1,15})([KMG])?$/i.exec(text);
  if (match === null)
    throw new InvalidArgumentError('Use a number of bytes, or one with K, M or G, such as 256M.');
  return Number(match[1]) * (UNITS[match[2]?.toUpperCase() ?? ''] ?? 1);
}

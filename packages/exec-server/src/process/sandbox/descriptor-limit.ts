import { readFileSync } from 'node:fs';

/** How many descriptors this process may have at a time; undefined where the system does not tell. */
export function descriptorLimit(): number | undefined {
  return readLimit(limitsOfProcess());
}

/** @param limits As Linux tells them of a process. */
export function readLimit(limits: string): number | undefined {
  const [, atMost] = /^Max open files +(\S+)/m.exec(limits) ?? [];
  if (atMost === 'unlimited') return Number.POSITIVE_INFINITY;
  return atMost === undefined ? undefined : Number(atMost);
}

function limitsOfProcess(): string {
  try {
    return readFileSync('/proc/self/limits', 'utf8');
  } catch {
    return '';
  }
}

import { readFileSync } from 'node:fs';

/** The middle of what was measured. */
export function median(values: readonly number[]): number {
  return percentile(values, 50);
}

/** What so many percent of what was measured do not exceed. */
export function percentile(values: readonly number[], percent: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(Math.floor((sorted.length * percent) / 100), sorted.length - 1)] ?? Number.NaN;
}

/** One figure for each name. */
export function figures<T>(
  taken: Readonly<Record<string, T>>,
  read: (values: T) => number,
): Record<string, number> {
  return Object.fromEntries(
    Object.entries(taken).map(([name, values]): [string, number] => [name, read(values)]),
  );
}

/** How long something takes, in milliseconds, several times over. */
export async function times(count: number, run: () => Promise<unknown>): Promise<number[]> {
  const taken: number[] = [];
  for (let at = 0; at < count; at += 1) {
    const from = performance.now();
    await run();
    taken.push(performance.now() - from);
  }
  return taken;
}

/** Memory of a process in KiB, as the system counts it. */
export function residentKib(pid: number): number {
  return Number(/^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${String(pid)}/status`, 'utf8'))?.[1]);
}

/** One line of a result: what was measured, by whom, and how it compares with the first of its group. */
export function row(figure: string, values: Readonly<Record<string, number>>, unit: string): string {
  const [[firstName, first] = ['', Number.NaN], ...others] = Object.entries(values);
  const parts = [`${firstName} ${round(first)} ${unit}`];
  for (const [name, value] of others)
    parts.push(`${name} ${round(value)} ${unit} (${firstName} is ${round(first / value)}×)`);
  return `${figure.padEnd(44)} ${parts.join('   ')}`;
}

function round(value: number): string {
  return value >= 100 ? value.toFixed(0) : value >= 10 ? value.toFixed(1) : value.toFixed(2);
}

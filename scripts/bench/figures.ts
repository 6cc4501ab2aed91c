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

/** How much y grows with each x: the line with the least squares through all points. */
export function slope(points: readonly (readonly [x: number, y: number])[]): number {
  const mean = (values: readonly number[]): number =>
    values.reduce((sum, value) => sum + value, 0) / values.length;
  const [meanX, meanY] = [mean(points.map(([x]) => x)), mean(points.map(([, y]) => y))];
  const covariance = points.reduce((sum, [x, y]) => sum + (x - meanX) * (y - meanY), 0);
  return covariance / points.reduce((sum, [x]) => sum + (x - meanX) ** 2, 0);
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

/** One line of things that were counted, where a ratio says nothing. */
export function counts(figure: string, values: Readonly<Record<string, number>>, unit: string): string {
  const parts = Object.entries(values).map(([name, value]) => `${name} ${String(value)} ${unit}`);
  return `${figure.padEnd(44)} ${parts.join('   ')}`;
}

function round(value: number): string {
  return value >= 100 ? value.toFixed(0) : value >= 10 ? value.toFixed(1) : value.toFixed(2);
}

import type { TransferProgress } from '@holdfast/exec-client';

/** Where a person may be looking. */
export interface Screen {
  write(text: string): unknown;
}

/** No faster than a person reads. */
const SHOWN_EVERY_MS = 100;
const BAR_CELLS = 24;
const UNITS = ['B', 'kB', 'MB', 'GB', 'TB'] as const;

/** One line at the bottom of a terminal that tells how far a copy has come, drawn over itself. */
export class ProgressLine {
  readonly #screen: Screen;
  readonly #now: () => number;
  readonly #from: number;
  #shownAt = Number.NEGATIVE_INFINITY;
  #isDrawn = false;

  /** @param now Milliseconds of a clock that only goes forward. */
  constructor(screen: Screen, now: () => number) {
    this.#screen = screen;
    this.#now = now;
    this.#from = now();
  }

  show(progress: TransferProgress): void {
    const now = this.#now();
    if (now - this.#shownAt < SHOWN_EVERY_MS) return;
    this.#shownAt = now;
    this.#isDrawn = true;
    this.#screen.write(`\r\u001b[K${lineOf(progress, now - this.#from)}`);
  }

  /** Leaves the line as if nothing had been there. */
  clear(): void {
    if (this.#isDrawn) this.#screen.write('\r\u001b[K');
    this.#isDrawn = false;
  }
}

function lineOf(progress: TransferProgress, elapsedMs: number): string {
  const { bytes, resumedBytes, totalBytes, files, totalFiles } = progress;
  const part = totalBytes === undefined ? files / totalFiles : bytes / totalBytes;
  const done = Number.isFinite(part) ? Math.min(part, 1) : 0;
  const cells = Math.round(done * BAR_CELLS);
  const bar = `${'#'.repeat(cells)}${'.'.repeat(BAR_CELLS - cells)}`;
  const percent = `${String(Math.floor(done * 100))}%`.padStart(4);
  const moved = totalBytes === undefined ? size(bytes) : `${size(bytes)} of ${size(totalBytes)}`;
  // What an earlier copy had brought took no time of this one.
  const speed = elapsedMs > 0 ? `  ${size(((bytes - resumedBytes) / elapsedMs) * 1000)}/s` : '';
  const counted = totalFiles > 1 ? `  ${String(files)}/${String(totalFiles)} files` : '';
  return `[${bar}]${percent}  ${moved}${speed}${counted}`;
}

function size(bytes: number): string {
  let value = bytes;
  let unit = 0;
  while (value >= 1000 && unit < UNITS.length - 1) {
    value /= 1000;
    unit += 1;
  }
  return `${value.toFixed(unit === 0 || value >= 100 ? 0 : 1)} ${UNITS[unit] ?? ''}`;
}

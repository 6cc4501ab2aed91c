import type { WriteStream } from 'node:tty';
import type { TerminalSize } from '@holdfast/exec-client';

/** The terminal that shows what this program prints; undefined when there is none. */
export function findWindow(): WriteStream | undefined {
  return [process.stdout, process.stderr].find((stream) => stream.isTTY);
}

/** How large a terminal is; undefined where it does not say, as some pipes that claim to be terminals. */
export function sizeOf(window: WriteStream | undefined): TerminalSize | undefined {
  if (window === undefined) return undefined;
  const { rows, columns } = window;
  return rows > 0 && columns > 0 ? { rows, cols: columns } : undefined;
}

/** Calls `onSize` each time the terminal changes its size. @returns a function that ends it. */
export function followSize(
  window: WriteStream | undefined,
  onSize: (size: TerminalSize) => void,
): () => void {
  const tell = (): void => {
    const size = sizeOf(window);
    if (size !== undefined) onSize(size);
  };
  window?.on('resize', tell);
  return () => {
    window?.off('resize', tell);
  };
}

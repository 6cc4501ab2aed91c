import type { ProcessHandle } from '@holdfast/exec-client';
import { RawMode } from '../terminal/raw-mode.js';
import { type PassOptions, passStdin } from './pass-stdin.js';

/** How this program's stdin goes to a process. */
export interface InputOptions extends PassOptions {
  /** Whether the process has a terminal; then ours hands on every key as it is. */
  readonly isTerminal: boolean;
  readonly onDetach?: () => void;
}

/** Passes this program's stdin on. @returns a function that ends it and puts the terminal back as it was. */
export function passInput(handle: ProcessHandle, options: InputOptions): () => void {
  const { stdin } = process;
  const raw = options.isTerminal && stdin.isTTY ? new RawMode(stdin) : undefined;
  void passStdin(stdin, handle, options).then((isDetached) => {
    if (isDetached) options.onDetach?.();
  });
  return () => {
    raw?.restore();
    stdin.destroy();
  };
}

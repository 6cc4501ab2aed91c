import { closeSync, constants, openSync } from 'node:fs';
import { errorCode, SpawnError } from '../spawn-error.js';
import { shortage } from '../spawn-failure.js';
import { hideFromChildren, unhide } from './pty-descriptors.js';

/** The size of a terminal in characters; both numbers are from 1 to 65535. */
export interface TerminalSize {
  readonly cols: number;
  readonly rows: number;
}

/** The part of node-pty that is used: opening terminals, not its own spawn and streams. */
export interface PtyLibrary {
  open(cols: number, rows: number): { readonly master: number; readonly slave: number; readonly pty: string };
  resize(fd: number, cols: number, rows: number): void;
}

/** Both ends of a terminal, as descriptors of this process. */
export interface Terminal {
  /** The server's end. */
  readonly masterFd: number;
  /**
   * The end of the programs. Ours stays open as long as the child runs: then no end of the terminal is ever reported
   * too early, and a child that closes its own and works on is not hung up.
   */
  readonly slaveFd: number;
}

/** Opens a terminal, or throws a `SpawnError` and has left nothing open. */
export function openTerminal(library: PtyLibrary, size: TerminalSize): Terminal {
  const { master, slave, pty } = openPair(library, size);
  hideFromChildren(master);
  try {
    // The one from the library would reach the child under a fourth number, too.
    return { masterFd: master, slaveFd: openSync(pty, constants.O_RDWR | constants.O_NOCTTY) };
  } catch (error) {
    closeMaster(master);
    throw shortage(error) ?? noTerminal(error);
  } finally {
    closeSync(slave);
  }
}

/** Closes the server's end; the session of a running child is hung up by that. */
export function closeMaster(fd: number): void {
  unhide(fd);
  closeSync(fd);
}

function openPair(library: PtyLibrary, size: TerminalSize): ReturnType<PtyLibrary['open']> {
  try {
    return library.open(size.cols, size.rows);
  } catch (error) {
    throw explainOpenFailure(error);
  }
}

/** The library does not say what went wrong, but its first step meets it again. */
function explainOpenFailure(cause: unknown): SpawnError {
  try {
    closeSync(openSync('/dev/ptmx', constants.O_RDWR | constants.O_NOCTTY));
    return noTerminal(cause);
  } catch (error) {
    return shortage(error) ?? noTerminal(error);
  }
}

function noTerminal(cause: unknown): SpawnError {
  const remedy =
    errorCode(cause) === 'ENOSPC'
      ? 'the system has no more; end some, or raise the limit (sysctl kernel.pty.max)'
      : 'check that /dev/ptmx and /dev/pts are there and may be used';
  return new SpawnError('ptyUnavailable', `no terminal could be opened: ${remedy}`, cause);
}

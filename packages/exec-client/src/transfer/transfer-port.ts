import {
  type EnvironmentInfo,
  ExecError,
  FILE_TRANSFER_ATTEMPTS,
  formatPathUri,
  parsePathUri,
} from '@holdfast/exec-protocol';
import type { Clock } from '../clock.js';
import type { FileSystem } from '../fs/file-system.js';
import type { LocalFiles } from './local-files.js';
import type { RemoteTree } from './remote-tree.js';
import { Tally } from './tally.js';
import type { TransferOptions, TransferResult } from './transfer.js';

/** The two sides of a transfer. */
export interface TransferPort {
  readonly remote: FileSystem;
  readonly local: LocalFiles;
  readonly clock: Clock;
  readonly executor: EnvironmentInfo;
  /** The content of a file that fits one block, with one request. */
  readSmall(uri: string, signal: AbortSignal | undefined): Promise<Uint8Array>;
  /** What a server with the extension `files` can do beside; undefined with others. */
  readonly tree: RemoteTree | undefined;
}

/** What all parts of one transfer share. */
export interface Transfer extends TransferPort {
  readonly tally: Tally;
  readonly signal: AbortSignal | undefined;
  /** Halves of files that stay, by the URI of the whole file. */
  readonly kept: Map<string, string>;
}

/** Runs a transfer; however it ends, the halves of files that it leaves are told then. */
export async function runTransfer(
  port: TransferPort,
  { signal, onProgress, onKept }: TransferOptions,
  work: (transfer: Transfer) => Promise<void>,
): Promise<TransferResult> {
  const transfer: Transfer = { ...port, tally: new Tally(onProgress), signal, kept: new Map() };
  try {
    await work(transfer);
  } finally {
    for (const path of transfer.kept.values()) onKept?.(path);
  }
  return transfer.tally.result();
}

/** The options with which a transfer makes its requests. */
export function waiting({ signal }: Pick<Transfer, 'signal'>): { readonly signal?: AbortSignal } {
  return signal === undefined ? {} : { signal };
}

/** The URI of an entry of a directory of the executor, whose name need not be UTF-8. */
export function entryUri(directory: string, name: Uint8Array, executor: EnvironmentInfo): string {
  return formatPathUri(Uint8Array.of(...pathOf(directory, executor), SLASH, ...name), styleOf(executor));
}

/** The name of an entry of the executor, in the bytes that it has there: this machine may not take it for one name. */
export function nameOf(uri: string, executor: EnvironmentInfo): Uint8Array {
  const path = pathOf(uri, executor);
  return path.subarray(path.lastIndexOf(styleOf(executor) === 'windows' ? BACKSLASH : SLASH) + 1);
}

function pathOf(uri: string, executor: EnvironmentInfo): Uint8Array {
  const parsed = parsePathUri(uri, styleOf(executor));
  if (!parsed.ok) throw new ExecError('invalidPath', parsed.message);
  return parsed.bytes;
}

function styleOf({ platformOs }: EnvironmentInfo): 'windows' | 'posix' {
  return platformOs === 'windows' ? 'windows' : 'posix';
}

const SLASH = 0x2f;
const BACKSLASH = 0x5c;

/** Moves one file from its beginning, and again from its beginning where the server forgot what was open when the link broke. */
export async function persistently(
  transfer: Transfer,
  move: (moved: (bytes: number) => void) => Promise<void>,
): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    let bytes = 0;
    try {
      await move((more) => {
        bytes += more;
        transfer.tally.moved(more);
      });
      return;
    } catch (error) {
      // Whoever has ended it is told nothing more of how far it has come.
      if (transfer.signal?.aborted === true) throw error;
      transfer.tally.moved(-bytes);
      if (attempt >= FILE_TRANSFER_ATTEMPTS || !isCut(error)) throw error;
    }
  }
}

function isCut(error: unknown): boolean {
  return error instanceof ExecError && (error.kind === 'connectionLost' || error.kind === 'outcomeUnknown');
}

/** @throws ExecError `fileSystemFailed` unless both sides have the same content. */
export function expectSame(sent: string, arrived: string, where: string): void {
  if (sent === arrived) return;
  throw new ExecError(
    'fileSystemFailed',
    `${where}: what was written is not what was sent (SHA-256 ${arrived} instead of ${sent}); copy it again`,
  );
}

/** Whether what has arrived may be gone on with: the link or the caller ended it, and nothing that is wrong with it. */
export function mayGoOn(error: unknown, { signal }: Pick<Transfer, 'signal'>): boolean {
  if (signal?.aborted === true) return true;
  return error instanceof ExecError && ENDED.has(error.kind);
}

const ENDED: ReadonlySet<string> = new Set([
  'connectionLost',
  'outcomeUnknown',
  'clientClosed',
  'sessionUnknown',
]);

/** The failure of a file that somebody wrote to. */
export function changedMeanwhile(): ExecError {
  return new ExecError('fileSystemFailed', 'it changed while it was copied; copy it again');
}

import { setImmediate as turn } from 'node:timers/promises';
import { ExecError, MAX_READ_DIRECTORY_BYTES, MAX_READ_DIRECTORY_ENTRIES } from '@holdfast/exec-protocol';
import { about } from '../file-error.js';
import { type NativePath, shownPath } from '../native-path.js';
import { type DirectoryEntry, entriesOf } from './directory.js';

/** The names in a directory by what they are, with slashes between them, which no name has. */
export interface DirectoryNames {
  readonly directories: string;
  readonly files: string;
  readonly others: string;
}

/** How much of a directory is answered. */
export interface DirectoryLimits {
  readonly entries: number;
  /** Of the JSON of an answer. */
  readonly bytes: number;
}

/** What is answered of any directory. */
const DIRECTORY_LIMITS: DirectoryLimits = {
  entries: MAX_READ_DIRECTORY_ENTRIES,
  bytes: MAX_READ_DIRECTORY_BYTES,
};

/**
 * The names in a directory, in no order; links count as what they lead to, and those that lead nowhere are left out.
 * @returns undefined where `writeNames` would not write them within `limitBytes`.
 * @throws ExecError `fileTooLarge` where nothing that large is answered.
 */
export function readNames(
  path: NativePath,
  limitBytes: number,
  most: DirectoryLimits = DIRECTORY_LIMITS,
): Promise<DirectoryNames | undefined> {
  return about(path, async () => {
    const names: Record<Kind, string[]> = { directories: [], files: [], others: [] };
    let left = limitBytes - FRAME_BYTES;
    for await (const entry of entriesOf(path, most.entries)) {
      const kind = kindOf(entry);
      const name = entry.name.toString();
      left -= Buffer.byteLength(written(name, kind)) + 1;
      if (left < 0) {
        if (limitBytes >= most.bytes) throw tooLong(path, most.bytes);
        return undefined;
      }
      names[kind].push(name);
    }
    return {
      directories: names.directories.join('/'),
      files: names.files.join('/'),
      others: names.others.join('/'),
    };
  });
}

/**
 * The JSON of an answer to `fs/readDirectory`; others have their turns while it is written.
 * @param names May come from a helper that a command has made say anything.
 * @returns undefined where it is longer than `limitBytes`, or more than can be answered.
 */
export async function writeNames(names: DirectoryNames, limitBytes: number): Promise<string | undefined> {
  const entries: string[] = [];
  let left = limitBytes - FRAME_BYTES;
  for (const kind of KINDS) {
    for (const name of namesIn(names[kind])) {
      const entry = written(name, kind);
      left -= Buffer.byteLength(entry) + 1;
      if (left < 0 || entries.length >= MAX_READ_DIRECTORY_ENTRIES) return undefined;
      entries.push(entry);
      if (entries.length % ENTRIES_A_TURN === 0) await turn();
    }
  }
  return `{"entries":[${entries.join(',')}]}`;
}

type Kind = keyof DirectoryNames;

const KINDS: readonly Kind[] = ['directories', 'files', 'others'];

/** What stands around the entries, less the comma that the first one does not have. */
const FRAME_BYTES = '{"entries":[]}'.length - 1;

/** A large directory holds nobody up for longer than these take. */
const ENTRIES_A_TURN = 512;

function kindOf({ isDirectory, isFile }: DirectoryEntry): Kind {
  if (isDirectory) return 'directories';
  return isFile ? 'files' : 'others';
}

function written(fileName: string, kind: Kind): string {
  return JSON.stringify({ fileName, isDirectory: kind === 'directories', isFile: kind === 'files' });
}

/** One at a time: of nothing but slashes there would be millions. */
function* namesIn(joined: string): Iterable<string> {
  if (joined === '') return;
  let from = 0;
  for (let at = joined.indexOf('/'); at !== -1; at = joined.indexOf('/', from)) {
    yield joined.slice(from, at);
    from = at + 1;
  }
  yield joined.slice(from);
}

function tooLong(path: NativePath, bytes: number): ExecError {
  return new ExecError(
    'fileTooLarge',
    `the names in ${shownPath(path)} take more than ${bytes} bytes; list the first of them with fs/walk`,
  );
}

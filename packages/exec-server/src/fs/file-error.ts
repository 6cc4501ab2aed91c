import { ERROR_KINDS, type ErrorKind, ExecError } from '@holdfast/exec-protocol';
import { type NativePath, shownPath } from './native-path.js';

interface Refusal {
  readonly kind: ErrorKind;
  readonly text: string;
}

const REFUSALS: Readonly<Record<string, Refusal>> = {
  ENOENT: { kind: 'fileNotFound', text: 'does not exist' },
  EACCES: { kind: 'fileAccessDenied', text: 'may not be used by the server' },
  EPERM: { kind: 'fileAccessDenied', text: 'may not be changed by the server' },
  EINVAL: { kind: 'invalidFileRequest', text: 'cannot be used like this' },
  EEXIST: { kind: 'fileExists', text: 'exists already' },
  ENOTDIR: { kind: 'notADirectory', text: 'leads through something that is no directory' },
  EISDIR: { kind: 'notAFile', text: 'is a directory' },
  ENOTEMPTY: { kind: 'directoryNotEmpty', text: 'is a directory that is not empty' },
  ELOOP: { kind: 'symlinkRefused', text: 'leads through a symbolic link that is not followed' },
  ENAMETOOLONG: { kind: 'fileSystemFailed', text: 'has a name that is too long' },
  EROFS: { kind: 'fileSystemFailed', text: 'lies on a file system that is read-only' },
  ENOSPC: { kind: 'fileSystemFailed', text: 'found no room left on its disk' },
  EDQUOT: { kind: 'fileSystemFailed', text: 'found no room left in the quota of its owner' },
  EFBIG: { kind: 'fileSystemFailed', text: 'would become larger than its file system allows' },
  ENXIO: { kind: 'notAFile', text: 'is not a regular file' },
  EMFILE: { kind: 'noDescriptors', text: 'found no file descriptor left on the executor' },
  ENFILE: { kind: 'noDescriptors', text: 'found no file descriptor left on the executor' },
};

/** What the system said about a path, as the error of the wire. */
export function toFileError(error: unknown, path: NativePath): unknown {
  const code = errnoOf(error);
  if (code === undefined) return error;
  const { kind, text } = REFUSALS[code] ?? { kind: 'fileSystemFailed' as const, text: 'could not be used' };
  return new ExecError(kind, `${shownPath(path)} ${text} (${code})`, { cause: error });
}

/** The refusal of what is itself a link, where links are not followed; the reference calls it a bad request. */
export function symlinkRefused(path: NativePath): ExecError {
  return new ExecError('symlinkRefused', `${shownPath(path)} is a symbolic link`, {
    code: ERROR_KINDS.invalidFileRequest.code,
  });
}

/** Does something about a path; what the system says comes out as errors of the wire. */
export async function about<T>(path: NativePath, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw toFileError(error, path);
  }
}

/** The system's name of a failure; undefined for everything that is none of the system. */
export function errnoOf(error: unknown): string | undefined {
  if (error instanceof ExecError || !(error instanceof Error) || !('code' in error)) return undefined;
  return typeof error.code === 'string' && error.code.startsWith('E') ? error.code : undefined;
}

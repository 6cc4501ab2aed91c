import { ERROR_KINDS, ExecError, formatPathUri, type PathUri, parsePathUri } from '@holdfast/exec-protocol';

/** An absolute path in the bytes of the system: names on POSIX need not be UTF-8. */
export type NativePath = Buffer;

const SLASH = Buffer.from('/');

/**
 * The path that a `file:` URI names here.
 * @throws ExecError `invalidPath`; with the code of a bad request for a path of another system, as on the reference.
 */
export function toNativePath(uri: string, field: string): NativePath {
  const parsed = parsePathUri(uri, 'posix');
  if (parsed.ok) return Buffer.from(parsed.bytes);
  const code = parsed.reason === 'foreign' ? { code: ERROR_KINDS.invalidFileRequest.code } : {};
  throw new ExecError('invalidPath', `${field}: ${parsed.message}`, code);
}

/** Whether a `file:` URI names a path of another system. */
export function isForeign(uri: string): boolean {
  const parsed = parsePathUri(uri, 'posix');
  return !parsed.ok && parsed.reason === 'foreign';
}

/** The URI of a path. */
export function toPathUri(path: NativePath): PathUri {
  return formatPathUri(path, 'posix');
}

/** The path of an entry of a directory. */
export function joinPath(directory: NativePath, name: Buffer): NativePath {
  return Buffer.concat(directory.at(-1) === SLASH[0] ? [directory, name] : [directory, SLASH, name]);
}

/** The names that lead from the root to a path; none for the root itself. */
export function namesOf(path: NativePath): readonly Buffer[] {
  const names: Buffer[] = [];
  let from = 1;
  for (let at = path.indexOf(SLASH, from); from < path.length; at = path.indexOf(SLASH, from)) {
    const to = at === -1 ? path.length : at;
    names.push(path.subarray(from, to));
    from = to + 1;
  }
  return names;
}

/** The directory above a path; undefined above the root. */
export function parentOf(path: NativePath): NativePath | undefined {
  if (path.length <= 1) return undefined;
  const slash = path.lastIndexOf(SLASH);
  return path.subarray(0, Math.max(slash, 1));
}

/** The last name of a path; none of the root. */
export function nameOf(path: NativePath): Buffer {
  return path.subarray(path.lastIndexOf(SLASH) + 1);
}

/** Whether `inner` is `outer` or lies below it, by name. */
export function isWithin(outer: NativePath, inner: NativePath): boolean {
  if (outer.equals(inner)) return true;
  const prefix = outer.at(-1) === SLASH[0] ? outer : Buffer.concat([outer, SLASH]);
  return inner.subarray(0, prefix.length).equals(prefix);
}

/** A path for people. */
export function shownPath(path: NativePath): string {
  return JSON.stringify(path.toString());
}

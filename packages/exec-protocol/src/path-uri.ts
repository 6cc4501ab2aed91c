import type { Brand } from './ids.js';
import { MAX_PATH_URI_LENGTH } from './limits.js';

/**
 * An absolute path as it travels: a `file:` URI in one canonical spelling, without `.`, `..`, empty names or a trailing
 * slash. Equal URIs name equal paths, so they compare with `===`.
 */
export type PathUri = Brand<string, 'PathUri'>;

/** Whose rules a path follows: those of the executor, not those of the caller. */
export type PathStyle = 'posix' | 'windows';

/** Why a text names no path of the executor. `foreign` is a path of another host or another kind of system. */
type PathUriFault = 'relative' | 'scheme' | 'query' | 'fragment' | 'foreign' | 'nul' | 'malformed';

/** What a text names. Where `bytes` are not UTF-8, `path` shows U+FFFD instead: print `path`, open `bytes`. */
export type ParsedPathUri =
  | { readonly ok: true; readonly uri: PathUri; readonly path: string; readonly bytes: Uint8Array }
  | PathUriRefusal;

/** Why a text was not read, as a word for programs and a sentence for people. */
interface PathUriRefusal {
  readonly ok: false;
  readonly reason: PathUriFault;
  readonly message: string;
}

/**
 * Reads a `file:` URI. `..` is resolved lexically and after decoding, so that no spelling of it survives. As WHATWG has it, a
 * % without two digits behind it stands for itself, and the slashes before the path may be left out.
 */
export function parsePathUri(text: string, style: PathStyle): ParsedPathUri {
  const parts = dissect(text);
  if (!parts.ok) return parts;
  const { host, rawPath } = parts;
  if (UNREADABLE.test(rawPath)) {
    return fault(text, 'malformed', 'has a control character; write it as %0A and so on');
  }
  const octets = percentDecoded(rawPath.replaceAll('\\', '/'));
  if (octets.includes('\0')) return fault(text, 'nul', 'has a NUL in its path, and no file has such a name');
  return style === 'posix' ? parsePosix(text, host, rawPath, octets) : parseWindows(text, host, octets);
}

/**
 * The URI of an absolute path of the executor, given as text or as the bytes that a POSIX system uses.
 * @throws RangeError when the path is relative, holds a NUL or is text that UTF-8 cannot spell.
 */
export function formatPathUri(nativePath: string | Uint8Array, style: PathStyle): PathUri {
  const octets = typeof nativePath === 'string' ? octetsOfText(nativePath) : octetsOf(nativePath);
  if (octets.includes('\0')) throw new RangeError('a path must not hold a NUL');
  if (style === 'posix') {
    if (!octets.startsWith('/')) throw new RangeError('a path must be absolute, such as /srv');
    return posixUri(resolved(octets.split('/')));
  }
  const [, host = '', rest = ''] = /^(?:[/\\]{2}([^/\\]+)[/\\]|(?=[A-Za-z]:[/\\]))(.*)$/s.exec(octets) ?? [];
  const path = DRIVE.test(host) ? undefined : windowsPath(host.toLowerCase(), rest);
  if (path === undefined || textOf(octets) === undefined) {
    throw new RangeError('a path must be absolute and Unicode, such as C:\\srv or \\\\host\\share\\srv');
  }
  return windowsUri(path);
}

/**
 * The URI of an entry below `base`. Each name is one component, as a directory lists it and not encoded.
 * @throws RangeError when a name is empty, `.` or `..`, or holds a separator or a NUL: it would lead elsewhere.
 */
export function joinPathUri(base: PathUri, ...names: readonly string[]): PathUri {
  const unfit = isWindowsUri(base) ? /^\.{0,2}$|[/\\\0]/ : /^\.{0,2}$|[/\0]/;
  return names.reduce<PathUri>((uri, name) => {
    if (unfit.test(name)) throw new RangeError(`${JSON.stringify(name)} is not the name of one entry`);
    const octets = octetsOfText(name);
    if (uri === POSIX_ROOT) return posixUri([octets]);
    return `${uri}${uri.endsWith('/') ? '' : '/'}${percentEncoded(octets)}` as PathUri;
  }, base);
}

/**
 * Whether `child` is `parent` or lies below it, by name alone: links are not followed. Names of Windows compare without
 * regard to case, as its file systems do.
 */
export function containsPath(parent: PathUri, child: PathUri): boolean {
  const outer = comparable(parent);
  const inner = comparable(child);
  return inner === outer || inner.startsWith(outer.endsWith('/') ? outer : `${outer}/`);
}

/** Bytes as a string with one character for each, so that paths that are not UTF-8 take part in string functions. */
type Octets = string;

interface WindowsPath {
  /** Empty for a path on a drive. */
  readonly host: Octets;
  /** `C:`, or the name of a share of the host. */
  readonly volume: Octets;
  readonly names: readonly Octets[];
}

const POSIX_ROOT = 'file:///';
const SHAPE = /^([A-Za-z][A-Za-z0-9+.-]*):(?:[/\\]{2}([^/\\?#]*))?([^?#]*)(.*)$/s;
const UNREADABLE = /[\p{Cc}\p{Surrogate}]/u;
const RAW_DRIVE = /^[/\\]*[A-Za-z][:|](?:[/\\]|$)/;
const DRIVE = /^[A-Za-z]:$/;
const HOST = /^[A-Za-z0-9_-][A-Za-z0-9._-]*$/;
// Unreserved characters, and those of the reserved ones that mean nothing in the path of a file: URI.
const ENCODED = /[^A-Za-z0-9\-._~!$&'()*+,;=:@]/g;
const ASCII = /^[\0-\x7f]*$/;
const SHOWN_CHARACTERS = 200;
/** As many arguments as every engine takes in one call. */
const BYTES_AT_ONCE = 4096;

const encoder = new TextEncoder();
// A byte order mark is never swallowed: no absolute path starts with one.
const decoder = new TextDecoder('utf-8');
const strictDecoder = new TextDecoder('utf-8', { fatal: true });

function dissect(
  text: string,
): { readonly ok: true; readonly host: string; readonly rawPath: string } | PathUriRefusal {
  // Before anything is made of it: to split and spell a text takes many times its size.
  if (text.length > MAX_PATH_URI_LENGTH) {
    return fault(
      text,
      'malformed',
      `has more than ${MAX_PATH_URI_LENGTH} characters, and no file has such a path`,
    );
  }
  const [, scheme, authority, rawPath = '', tail = ''] = SHAPE.exec(text) ?? [];
  if (scheme === undefined) {
    return fault(text, 'relative', 'has no scheme; send an absolute URI such as file:///srv');
  }
  if (scheme.toLowerCase() !== 'file') return fault(text, 'scheme', 'has a scheme other than file:');
  if (tail.startsWith('?'))
    return fault(text, 'query', 'has a query; write a question mark in a name as %3F');
  if (tail.startsWith('#')) return fault(text, 'fragment', 'has a fragment; write a hash in a name as %23');
  return { ok: true, host: (authority ?? '').toLowerCase(), rawPath };
}

function parsePosix(text: string, host: string, rawPath: string, octets: Octets): ParsedPathUri {
  if (host !== '' && host !== 'localhost') return fault(text, 'foreign', 'names a host; send file:///…');
  // Looked for before decoding: a directory that is called `C:` may be written as `C%3A`.
  if (RAW_DRIVE.test(rawPath)) {
    return fault(text, 'foreign', 'names a drive of Windows, but the executor has POSIX paths');
  }
  const names = resolved(octets.split('/'));
  const bytes = bytesOf(`/${names.join('/')}`);
  return { ok: true, uri: posixUri(names), path: decoder.decode(bytes), bytes };
}

function parseWindows(text: string, host: string, octets: Octets): ParsedPathUri {
  const path = windowsPath(host, octets);
  if (path === undefined) {
    return fault(
      text,
      'foreign',
      'names neither a drive nor a share; send file:///C:/… or file://host/share/…',
    );
  }
  const start = path.host === '' ? path.volume : `\\\\${path.host}\\${path.volume}`;
  // Without its backslash, a drive is the current directory on that drive.
  const native =
    path.names.length === 0 && path.host === '' ? `${start}\\` : [start, ...path.names].join('\\');
  const nativeText = textOf(native);
  if (nativeText === undefined) {
    return fault(text, 'malformed', 'does not decode to UTF-8, as every path of Windows does');
  }
  return { ok: true, uri: windowsUri(path), path: nativeText, bytes: bytesOf(native) };
}

function windowsPath(host: Octets, rest: Octets): WindowsPath | undefined {
  const [first, ...others] = rest.split(/[/\\]+/).filter((name) => name !== '');
  // `file://C:/srv` is a common slip, and no host is called so.
  if (DRIVE.test(host)) {
    return {
      host: '',
      volume: host.toUpperCase(),
      names: resolved(first === undefined ? [] : [first, ...others]),
    };
  }
  if (first === undefined) return undefined;
  if (DRIVE.test(first)) {
    const isLocal = host === '' || host === 'localhost';
    return isLocal ? { host: '', volume: first.toUpperCase(), names: resolved(others) } : undefined;
  }
  if (!HOST.test(host) || first === '.' || first === '..') return undefined;
  return { host, volume: first, names: resolved(others) };
}

/** Names with `.`, `..` and nothing taken out. Above the root there is only the root. */
function resolved(names: readonly Octets[]): readonly Octets[] {
  const kept: Octets[] = [];
  for (const name of names) {
    if (name === '..') kept.pop();
    else if (name !== '.' && name !== '') kept.push(name);
  }
  return kept;
}

function posixUri(names: readonly Octets[]): PathUri {
  const [first = '', ...others] = names.map(percentEncoded);
  // With its colon in the open, a directory called `C:` would read as a drive.
  const plain = DRIVE.test(first) ? first.replace(':', '%3A') : first;
  return `${POSIX_ROOT}${[plain, ...others].join('/')}` as PathUri;
}

function windowsUri({ host, volume, names }: WindowsPath): PathUri {
  const path = [volume, ...names].map(percentEncoded).join('/');
  return `file://${host}/${path}${host === '' && names.length === 0 ? '/' : ''}` as PathUri;
}

// On POSIX no canonical URI has a host or an open drive.
function isWindowsUri(uri: PathUri): boolean {
  return !uri.startsWith(POSIX_ROOT) || /^[A-Za-z]:\//.test(uri.slice(POSIX_ROOT.length));
}

function comparable(uri: PathUri): string {
  return isWindowsUri(uri) ? decodeURIComponent(uri).toLowerCase() : uri;
}

function percentEncoded(octets: Octets): string {
  return octets.replace(
    ENCODED,
    (octet) => `%${octet.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`,
  );
}

function percentDecoded(text: string): Octets {
  return utf8Octets(text).replace(/%([0-9A-Fa-f]{2})/g, (_, hex: string) =>
    String.fromCharCode(Number.parseInt(hex, 16)),
  );
}

function octetsOfText(text: string): Octets {
  if (/\p{Surrogate}/u.test(text)) throw new RangeError('a path must be well-formed Unicode');
  return utf8Octets(text);
}

function utf8Octets(text: string): Octets {
  return ASCII.test(text) ? text : octetsOf(encoder.encode(text));
}

function octetsOf(bytes: Uint8Array): Octets {
  // Listings have many thousands of paths, and this is several times as fast as mapping each byte.
  let octets = '';
  for (let at = 0; at < bytes.length; at += BYTES_AT_ONCE) {
    octets += String.fromCharCode(...bytes.subarray(at, at + BYTES_AT_ONCE));
  }
  return octets;
}

function bytesOf(octets: Octets): Uint8Array {
  const bytes = new Uint8Array(octets.length);
  for (let at = 0; at < octets.length; at += 1) bytes[at] = octets.charCodeAt(at);
  return bytes;
}

function textOf(octets: Octets): string | undefined {
  try {
    return strictDecoder.decode(bytesOf(octets));
  } catch {
    return undefined;
  }
}

function fault(text: string, reason: PathUriFault, what: string): PathUriRefusal {
  return {
    ok: false,
    reason,
    message: `path URI ${JSON.stringify(text.slice(0, SHOWN_CHARACTERS))} ${what}`,
  };
}

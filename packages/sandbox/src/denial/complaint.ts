/** What a program printed about something that it was not allowed. */
export interface Complaint {
  /** Those from `held` on are as ordinary outside of sandboxes: they say something only of certain paths. */
  readonly kind: 'readOnly' | 'accessDenied' | 'notPermitted' | 'held' | 'taken';
  /** What it may have been about; perhaps relative to the working directory. */
  readonly paths: readonly string[];
  /** Whether it is about one of them alone: nothing marks where the path begins. */
  readonly areAlternatives: boolean;
}

const PHRASES: readonly (readonly [phrase: RegExp, kind: Complaint['kind']])[] = [
  [/read-only file system|\bEROFS\b/i, 'readOnly'],
  [/permission denied|\bEACCES\b/i, 'accessDenied'],
  [/operation not permitted|\bEPERM\b/i, 'notPermitted'],
  [/(device or )?resource busy|\bEBUSY\b/i, 'held'],
  [/is a directory|illegal operation on a directory|file (already )?exists|\bEISDIR\b|\bEEXIST\b/i, 'taken'],
];

const NETWORK =
  /network is unreachable|could not resolve (host|proxy)|(temporary )?failure in name resolution|name or service not known|\bENETUNREACH\b|\bEAI_AGAIN\b|\bENOTFOUND\b/i;

/** Whether a line says that the network cannot be reached. */
export function isNetworkComplaint(line: string): boolean {
  return NETWORK.test(line);
}

/**
 * The complaint in a line; undefined where there is none.
 * @param enough After so many paths no more are looked for, but for one: there is a difference between some and none.
 */
export function complaintIn(line: string, enough: number): Complaint | undefined {
  for (const [phrase, kind] of PHRASES) {
    const at = line.search(phrase);
    if (at >= 0) return { kind, ...pathsIn(line, at, enough) };
  }
  return undefined;
}

// No quote begins within another one of its kind: from each that is never closed the rest would be gone through again.
const QUOTED = /'([^']+)'|"([^"]+)"|‘([^‘’]+)’|`([^`']+)'/g;

/** Programs quote a path, or put it right before what they complain of: `cat: some/file: Permission denied`. */
function pathsIn(
  line: string,
  phraseAt: number,
  enough: number,
): Pick<Complaint, 'paths' | 'areAlternatives'> {
  const quoted = quotedIn(line, enough);
  if (quoted.length > 0) return { paths: quoted, areAlternatives: false };
  const parts = line.slice(0, phraseAt).replace(/:\s*$/, '').split(/:\s+/);
  // A single part is the program itself.
  const before = parts.length > 1 ? (parts.at(-1) ?? '').trim() : '';
  const paths = [...new Set([before, before.split(/\s+/).at(-1)])].filter(isPath);
  return { paths, areAlternatives: true };
}

function quotedIn(line: string, enough: number): readonly string[] {
  const quoted: string[] = [];
  for (const match of line.matchAll(QUOTED)) {
    quoted.push(...match.slice(1).filter(isPath));
    if (quoted.length > 0 && quoted.length >= enough) break;
  }
  return quoted;
}

function isPath(text: string | undefined): text is string {
  return text !== undefined && text !== '' && !text.includes('\0') && text.length < 4096;
}

import { type NamespaceSettings, readNamespaceSettings, whyNoNamespaces } from './why-no-namespaces.js';

/** What a complaint of bubblewrap means for the host, and what somebody can do about it. */
interface Fault {
  readonly complaint: RegExp;
  readonly remedy: string | ((settings: NamespaceSettings) => string);
}

const FAULTS: readonly Fault[] = [
  {
    complaint: /RTM_NEWADDR|setting up uid map: Permission denied/,
    remedy:
      'AppArmor takes the capabilities of new user namespaces; give bwrap a profile that allows userns, or set sysctl kernel.apparmor_restrict_unprivileged_userns=0',
  },
  {
    complaint: /No permissions to creat|Creating new namespace failed|uid map|user namespace/i,
    remedy: whyNoNamespaces,
  },
  {
    complaint: /Can't mount proc/,
    remedy:
      'the container masks parts of /proc, so no private one can be mounted; run it with an unmasked /proc (for Docker: --security-opt systempaths=unconfined)',
  },
  {
    complaint: /Failed to make \/ slave|pivot_root/,
    remedy:
      'the root of this host cannot be replaced for a process; start the server where / is a real mount',
  },
  {
    complaint: /File name too long/,
    remedy:
      'something is mounted on this machine at a longer path than can be named, so bubblewrap stops there; move a directory above it, or unmount it',
  },
  {
    complaint: /Unknown option/,
    remedy: 'bubblewrap is too old; install 0.10 or newer',
  },
];

/**
 * Turns the complaint of a failed bubblewrap into what to do, with the complaint itself.
 * @param readSettings Is asked where bubblewrap could make no namespace; default reads those of this process.
 */
export function explainFault(complaint: string, readSettings = readNamespaceSettings): string {
  const line = complaint.trim().split('\n').at(-1) ?? '';
  const known = FAULTS.find((fault) => fault.complaint.test(complaint))?.remedy;
  if (known === undefined) return `bubblewrap does not work here: ${line}`;
  return `${typeof known === 'string' ? known : known(readSettings())} (${line})`;
}

/** What bubblewrap meets where a path has gone, or is something else now. A path may hold line ends. */
const LOST_PATHS: readonly RegExp[] = [
  /^bwrap: Can't (?:find source path|get type of source|bind mount|mount tmpfs on|stat mount at|remount readonly on|create (?:file|symlink)(?: at)?|mkdir(?: parents for)?) [^]*: (?:No such file or directory|Not a directory|Is a directory|File exists|Too many levels of symbolic links)$/,
  // A directory that is mounted upon, or in, was there when it was planned, and so were those above it.
  /^bwrap: Can't (?:create file at|mkdir(?: parents for)?) [^]*: (?:Read-only file system|Permission denied)$/,
  /^bwrap: Can't (?:find source path|get type of source) [^]*: Permission denied$/,
  /^bwrap: Can't (?:bind mount|remount readonly on) [^]*: Unable to (?:find "[^]*" in mount table|(?:remount destination|apply mount flags: remount) "[^]*"(?: with correct flags)?: Invalid argument)$/,
  // What it has mounted is not what it was handed over: the name leads elsewhere by now. Whatever error came last is told.
  /^bwrap: Race condition binding dirfd(?:: [^\n]*)?$/,
];

/** Whether something that it should show went away after it was planned. */
export function hasLostPath(complaint: string): boolean {
  return LOST_PATHS.some((pattern) => pattern.test(complaint.trim()));
}

/** Whether something that this machine has mounted went elsewhere while all of it was shown. */
export function hasLostMount(complaint: string): boolean {
  return LOST_MOUNT.test(complaint.trim());
}

const LOST_MOUNT =
  /^bwrap: Can't (?:bind mount|remount readonly on) [^]*: (?:No such file or directory|Not a directory|Too many levels of symbolic links|Unable to (?:find|remount destination|apply mount flags)[^]*)$/;

/** As the C library words them. The environment of bubblewrap names no other language. */
const ERRORS: Readonly<Record<string, string>> = {
  'No such file or directory': 'ENOENT',
  'Not a directory': 'ENOTDIR',
  'Permission denied': 'EACCES',
  'Operation not permitted': 'EPERM',
  'Exec format error': 'ENOEXEC',
  'Text file busy': 'ETXTBSY',
  'Argument list too long': 'E2BIG',
  'Too many levels of symbolic links': 'ELOOP',
  'File name too long': 'ENAMETOOLONG',
  'Cannot allocate memory': 'ENOMEM',
};

/**
 * The error that running the command itself met, as the system names it, or in words that are not known here; undefined
 * where bubblewrap complains of something else.
 */
export function whyNotRun(complaint: string): string | undefined {
  const words = /^bwrap: execvp [^]*: (.+)$/.exec(complaint.trim())?.[1]?.trim();
  return words === undefined ? undefined : (ERRORS[words] ?? words);
}

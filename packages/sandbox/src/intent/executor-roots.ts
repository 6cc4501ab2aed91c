/** What the symbols of an intent stand for on this executor. All paths are absolute and native. */
export interface ExecutorRoots {
  /** The working directory of the process; relative globs hang below the policy's own, which defaults to it. */
  readonly cwd: string;
  /** TMPDIR in the environment of the process. */
  readonly tmpdir: string | undefined;
  /** The temporary directory that every POSIX system has. */
  readonly slashTmp: string;
  /** Directories that programs need in order to run at all. */
  readonly minimal: readonly string[];
}

/** Where Linux keeps its programs, their libraries and their settings. */
export const LINUX_MINIMAL: readonly string[] = [
  '/bin',
  '/etc',
  '/lib',
  '/lib32',
  '/lib64',
  '/libx32',
  '/nix/store',
  '/run/current-system/sw',
  '/sbin',
  '/usr',
];

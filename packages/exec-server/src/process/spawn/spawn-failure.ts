import { accessSync, constants, statSync } from 'node:fs';
import { ExecError } from '@holdfast/exec-protocol';
import { pathFrom } from '@holdfast/sandbox/internal';
import type { ChildSpec } from './child.js';
import type { SpawnErrorKind } from './spawn-error.js';
import { errorCode, SpawnError } from './spawn-error.js';

/** Turns what the operating system said about a spawn that failed into what the caller can mend. */
export function explainSpawnFailure(cause: unknown, spec: ChildSpec): SpawnError {
  if (cause instanceof SpawnError) return cause;
  const code = errorCode(cause) ?? 'unknown';
  const known = shortage(cause) ?? unrunnable(code, spec, cause);
  if (known !== undefined) return known;
  const finding = PATH_CODES.has(code) ? (inspectCwd(spec) ?? inspectProgram(spec, code)) : undefined;
  if (finding !== undefined) return new SpawnError(finding.kind, finding.message, cause);
  return new SpawnError('unknown', `${programName(spec)} could not be started (${code})`, cause);
}

/** The same for a start that may have been refused before the system was asked: such a refusal says what there is to say. */
export function explainStartFailure(cause: unknown, spec: ChildSpec): SpawnError | ExecError {
  return cause instanceof ExecError ? cause : explainSpawnFailure(cause, spec);
}

/** The error for a limit of the system that was met, whatever was being made; undefined for any other failure. */
export function shortage(cause: unknown): SpawnError | undefined {
  const known = SHORTAGES[errorCode(cause) ?? ''];
  return known === undefined ? undefined : new SpawnError(known.kind, known.message, cause);
}

interface Finding {
  readonly kind: SpawnErrorKind;
  readonly message: string;
}

const TOO_MANY_FILES: Finding = {
  kind: 'noDescriptors',
  message: 'no file descriptors are left; end some processes or raise the limit (ulimit -n)',
};

const SHORTAGES: Readonly<Partial<Record<string, Finding>>> = {
  EMFILE: TOO_MANY_FILES,
  ENFILE: TOO_MANY_FILES,
  EAGAIN: {
    kind: 'noProcesses',
    message: 'the process limit is reached; end some processes or raise the limit (ulimit -u, pids.max)',
  },
  ENOMEM: {
    kind: 'noProcesses',
    message: 'there is not enough memory for another process; end some processes or raise the memory limit',
  },
  E2BIG: {
    kind: 'argumentsTooLong',
    message:
      'arguments and environment are longer than the system allows: on Linux 128 KiB for one of them, and a quarter of the stack limit (ulimit -s) for all, with what starts a sandbox; pass long data through stdin or a file',
  },
};

/** The failures that may come from the working directory or from the program: the error does not say which. */
const PATH_CODES: ReadonlySet<string> = new Set([
  'ENOENT',
  'ENOTDIR',
  'EACCES',
  'EPERM',
  'ELOOP',
  'ENAMETOOLONG',
]);

// What execvp searches when the environment has no PATH.
const DEFAULT_PATH = '/bin:/usr/bin';

function unrunnable(code: string, spec: ChildSpec, cause: unknown): SpawnError | undefined {
  const name = programName(spec);
  switch (code) {
    case 'ENOEXEC':
    case 'ELIBBAD':
    case 'EBADARCH':
      return new SpawnError(
        'badExecutable',
        `${name} is not in a format that this machine runs; build it for it`,
        cause,
      );
    case 'ETXTBSY':
      return new SpawnError(
        'badExecutable',
        `${name} is open for writing; close it before running it`,
        cause,
      );
    default:
      return undefined;
  }
}

function inspectCwd({ cwd, cwdBytes }: ChildSpec): Finding | undefined {
  const directory = cwdBytes === undefined ? cwd : Buffer.from(cwdBytes);
  try {
    if (!statSync(directory).isDirectory()) return cwdNotDirectory(cwd);
    accessSync(directory, constants.X_OK);
    return undefined;
  } catch (error) {
    switch (errorCode(error)) {
      case 'ENOENT':
        return {
          kind: 'cwdNotFound',
          message: `working directory ${quote(cwd)} does not exist; create it or name another`,
        };
      case 'ENOTDIR':
        return cwdNotDirectory(cwd);
      case 'EACCES':
        return {
          kind: 'permissionDenied',
          message: `working directory ${quote(cwd)} may not be entered; grant search permission (chmod +x) on it and its parents`,
        };
      default:
        return undefined;
    }
  }
}

function cwdNotDirectory(cwd: string): Finding {
  return {
    kind: 'cwdNotDirectory',
    message: `working directory ${quote(cwd)} is not a directory; name one that is`,
  };
}

function inspectProgram(spec: ChildSpec, code: string): Finding | undefined {
  const name = programName(spec);
  const file = programCandidates(spec).find(exists);
  if (file === undefined) {
    if (code === 'EACCES') {
      return {
        kind: 'permissionDenied',
        message: `${name} may not be reached; grant search permission on its parents`,
      };
    }
    const remedy =
      spec.argv[0]?.includes('/') === true
        ? 'check the path'
        : 'give its full path, or a PATH in env that holds it';
    return { kind: 'programNotFound', message: `${name} was not found; ${remedy}` };
  }
  if (statSync(file).isDirectory()) {
    return { kind: 'permissionDenied', message: `${name} is a directory; name a program` };
  }
  if (code === 'ENOENT') {
    return {
      kind: 'badExecutable',
      message: `${name} exists, but the interpreter of its first line or its loader does not; install that`,
    };
  }
  return { kind: 'permissionDenied', message: `${name} may not be executed; make it executable (chmod +x)` };
}

/** The files that a spawn tries in this order. */
export function programCandidates(spec: ChildSpec): string[] {
  const program = spec.argv[0] ?? '';
  if (program.includes('/')) return [pathFrom(spec.cwd, program)];
  // An empty entry means the working directory.
  return (spec.env['PATH'] ?? DEFAULT_PATH)
    .split(':')
    .map((entry) => pathFrom(pathFrom(spec.cwd, entry), program));
}

function exists(file: string): boolean {
  try {
    return statSync(file, { throwIfNoEntry: false }) !== undefined;
  } catch {
    // Something on the way is not a directory, or may not be searched.
    return false;
  }
}

function programName(spec: ChildSpec): string {
  return `program ${quote(spec.argv[0] ?? '')}`;
}

function quote(text: string): string {
  return JSON.stringify(text);
}

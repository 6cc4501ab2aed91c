import { closeSync, constants, fstatSync, openSync } from 'node:fs';
import { errorCode } from '../files/error-code.js';
import type { FileIdentity } from '../files/resolve-path.js';
import { StalePlan } from '../files/stale-plan.js';
import type { PlannedDescriptor } from './launch-plan.js';

/** Descriptors for a child, ready to be handed to `spawn`. */
export interface HeldDescriptors {
  /** For `stdio` of `spawn`, from the first descriptor after the standard three on. */
  readonly stdio: readonly (number | 'pipe')[];
  /** Where the pipes are among the child's streams. */
  readonly pipes: Readonly<Record<PipeKind, number>>;
  /** Lets go of them; to be called once the child is started, or was not. */
  close(): void;
}

type PipeKind = 'filter' | 'status' | 'environment' | 'ready';

// Not among Node's constants. It gives a handle on a file without opening it, and without any right to read it.
const O_PATH = 0o10000000;

/**
 * Opens what a plan holds.
 * @throws StalePlan when a path no longer is what it was when the plan was made; the error of the system
 * when it cannot be opened for another reason.
 */
export function holdDescriptors(
  planned: readonly PlannedDescriptor[],
  firstDescriptor: number,
): HeldDescriptors {
  const opened: number[] = [];
  const close = (): void => {
    for (const fd of opened.splice(0)) closeSync(fd);
  };
  const keep = (fd: number): number => {
    opened.push(fd);
    return fd;
  };
  try {
    const stdio = planned.map((descriptor) => {
      switch (descriptor.kind) {
        case 'filter':
        case 'status':
        case 'environment':
        case 'ready':
          return 'pipe';
        case 'nothing':
          return keep(openSync('/dev/null', constants.O_RDONLY));
        case 'path':
          return holdPath(descriptor.path, descriptor.identity, keep);
      }
    });
    const at = (kind: PipeKind): number => firstDescriptor + planned.findIndex((one) => one.kind === kind);
    return {
      stdio,
      pipes: {
        filter: at('filter'),
        status: at('status'),
        environment: at('environment'),
        ready: at('ready'),
      },
      close,
    };
  } catch (error) {
    close();
    throw error;
  }
}

function holdPath(file: string, identity: FileIdentity | undefined, keep: (fd: number) => number): number {
  const fd = keep(openPath(file));
  const { dev, ino } = fstatSync(fd);
  if (identity === undefined || (dev === identity.device && ino === identity.inode)) return fd;
  throw new StalePlan(file, 'was replaced');
}

const GONE: ReadonlySet<string> = new Set(['ENOENT', 'ENOTDIR', 'ELOOP']);

function openPath(file: string): number {
  try {
    return openSync(file, O_PATH | constants.O_NOFOLLOW);
  } catch (error) {
    // A lack of descriptors, for one, is for whoever starts the sandbox to tell.
    if (!GONE.has(errorCode(error) ?? '')) throw error;
    throw new StalePlan(file, 'has gone', undefined, { cause: error });
  }
}

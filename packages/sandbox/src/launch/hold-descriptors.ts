import { closeSync, constants, openSync } from 'node:fs';
import { checkHeld, openPath } from '../files/held-path.js';
import type { FileIdentity } from '../files/resolve-path.js';
import type { PlannedDescriptor } from '../linux/launch-plan.js';

/** Descriptors for a child, ready to be handed to `spawn`. */
export interface HeldDescriptors {
  /** For `stdio` of `spawn`, from the first descriptor after the standard three on. */
  readonly stdio: readonly (number | 'pipe')[];
  /** Where the pipes are among the child's streams. */
  readonly pipes: Readonly<Record<PipeKind, number> & Record<RarePipeKind, number | undefined>>;
  /** Lets go of them; to be called once the child is started, or was not. */
  close(): void;
}

type PipeKind = 'filter' | 'status' | 'environment' | 'ready';

/** Those that not every plan has. */
type RarePipeKind = 'seal' | 'namespace' | 'place';

/**
 * Opens what a plan holds.
 * @param placeholders What has been made for it, by path.
 * @throws StalePlan when a path no longer is what it was when the plan was made; the error of the system
 * when it cannot be opened for another reason.
 */
export function holdDescriptors(
  planned: readonly PlannedDescriptor[],
  firstDescriptor: number,
  placeholders: ReadonlyMap<string, FileIdentity>,
): HeldDescriptors {
  const opened: number[] = [];
  const close = closerOf(opened);
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
        case 'seal':
        case 'namespace':
        case 'place':
          return 'pipe';
        case 'errors':
          return STANDARD_ERROR;
        case 'nothing':
          return keep(openSync('/dev/null', constants.O_RDONLY));
        case 'path':
          return holdPath(descriptor, placeholders, keep);
      }
    });
    const at = (kind: PipeKind | RarePipeKind): number =>
      firstDescriptor + planned.findIndex((one) => one.kind === kind);
    const rarely = (kind: RarePipeKind): number | undefined =>
      planned.some((one) => one.kind === kind) ? at(kind) : undefined;
    return {
      stdio,
      pipes: {
        filter: at('filter'),
        status: at('status'),
        environment: at('environment'),
        ready: at('ready'),
        seal: rarely('seal'),
        namespace: rarely('namespace'),
        place: rarely('place'),
      },
      close,
    };
  } catch (error) {
    close();
    throw error;
  }
}

/** Made apart: what is made beside it would keep the plan for as long as somebody may close them. */
function closerOf(opened: number[]): () => void {
  return () => {
    for (const fd of opened.splice(0)) closeSync(fd);
  };
}

const STANDARD_ERROR = 2;

function holdPath(
  { path, identity }: Extract<PlannedDescriptor, { readonly kind: 'path' }>,
  placeholders: ReadonlyMap<string, FileIdentity>,
  keep: (fd: number) => number,
): number {
  const expected = identity === 'placeholder' ? placeholders.get(path) : identity;
  if (expected === undefined) throw new Error(`nothing was made at ${path}, which a plan holds`);
  const fd = keep(openPath(path));
  checkHeld(fd, path, expected);
  return fd;
}

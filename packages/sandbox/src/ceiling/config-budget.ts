import {
  MAX_CONFIG_BYTES,
  MAX_CONFIG_GAPS,
  MAX_CONFIG_LOOKS,
  MAX_CONFIG_MOUNTS,
  MAX_CONFIG_SHARES,
} from '../limits.js';

/** What is spent where the configs of a repository are asked what they name. */
export interface ConfigShare {
  /** Text that is read. */
  readonly bytes: number;
  /** What is told of since it cannot be protected. */
  readonly gaps: number;
  /** Places that are looked at; one whose path has many names counts for several. */
  readonly looks: number;
  /** For paths that are protected, and for directories above them that must keep their names. */
  readonly mounts: number;
}

/** For each of so many repositories: all are looked at in one go, and none takes from another. */
export function shareForEach(repositories: number): ConfigShare {
  const shares = Math.min(Math.max(1, repositories), MAX_CONFIG_SHARES);
  return {
    bytes: Math.floor(MAX_CONFIG_BYTES / shares),
    gaps: Math.floor(MAX_CONFIG_GAPS / shares),
    looks: Math.floor(MAX_CONFIG_LOOKS / shares),
    mounts: Math.floor(MAX_CONFIG_MOUNTS / shares),
  };
}

const TOO_MUCH: Readonly<Record<keyof ConfigShare, (most: number) => string>> = {
  bytes: (most) => `has configs of more than ${most} bytes`,
  gaps: (most) => `leaves more open than the ${most} things that are told`,
  looks: (most) => `names more than ${most} places`,
  mounts: (most) => `names hooks, configs and programs that need more than ${most} mounts`,
};

/** What is left of a share. */
export class ConfigBudget {
  readonly #share: ConfigShare;
  readonly #tell: (what: string) => void;
  readonly #taken = { bytes: 0, gaps: 0, looks: 0, mounts: 0 };
  readonly #spent = new Set<keyof ConfigShare>();

  /** @param tell Called once for each kind of which there is not enough. */
  constructor(share: ConfigShare, tell: (what: string) => void) {
    this.#share = share;
    this.#tell = tell;
  }

  /** Whether more was asked for than there was. */
  isSpent(kind: keyof ConfigShare): boolean {
    return this.#spent.has(kind);
  }

  /** How much there is of it. */
  left(kind: keyof ConfigShare): number {
    return this.#spent.has(kind) ? 0 : this.#share[kind] - this.#taken[kind];
  }

  /** @returns false when there is not enough left, and from then on. */
  take(kind: keyof ConfigShare, count: number): boolean {
    if (this.#spent.has(kind)) return false;
    this.#taken[kind] += count;
    if (this.#taken[kind] <= this.#share[kind]) return true;
    this.#spent.add(kind);
    this.#tell(`${TOO_MUCH[kind](this.#share[kind])}, which is what it may here`);
    return false;
  }
}

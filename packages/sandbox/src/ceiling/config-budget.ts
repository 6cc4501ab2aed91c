import { MAX_CONFIG_BYTES, MAX_CONFIG_GAPS, MAX_CONFIG_LOOKS, MAX_CONFIG_MOUNTS } from '../limits.js';

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

type Kind = keyof ConfigShare;

/** What all repositories of one sandbox may spend together. */
export const ALL_OF_IT: ConfigShare = {
  bytes: MAX_CONFIG_BYTES,
  gaps: MAX_CONFIG_GAPS,
  looks: MAX_CONFIG_LOOKS,
  mounts: MAX_CONFIG_MOUNTS,
};

/** Nothing of any kind. */
export const NOTHING: ConfigShare = { bytes: 0, gaps: 0, looks: 0, mounts: 0 };

/** So much of each kind as two amounts make up by a rule. */
function combined(
  one: ConfigShare,
  other: ConfigShare,
  rule: (one: number, other: number) => number,
): ConfigShare {
  return {
    bytes: rule(one.bytes, other.bytes),
    gaps: rule(one.gaps, other.gaps),
    looks: rule(one.looks, other.looks),
    mounts: rule(one.mounts, other.mounts),
  };
}

/** Half of each kind. */
export function halfOf(share: ConfigShare): ConfigShare {
  return combined(share, NOTHING, (amount) => Math.floor(amount / 2));
}

/** Whether a share has no less of any kind than another one. */
export function covers(share: ConfigShare, other: ConfigShare): boolean {
  const kinds: readonly Kind[] = ['bytes', 'gaps', 'looks', 'mounts'];
  return kinds.every((kind) => share[kind] >= other[kind]);
}

/** What is left for the repositories of one sandbox: who needs less than its share leaves more to the others. */
export class ConfigPool {
  #left: ConfigShare = ALL_OF_IT;

  /** An equal part for each of so many who wait. @param reserved What is not theirs. */
  shareFor(waiting: number, reserved: ConfigShare): ConfigShare {
    const theirs = combined(this.#left, reserved, (left, kept) => Math.max(0, left - kept));
    return combined(theirs, NOTHING, (amount) => Math.floor(amount / waiting));
  }

  pay(spent: ConfigShare): void {
    this.#left = combined(this.#left, spent, (left, amount) => left - amount);
  }

  /** Takes back what was paid. */
  refund(spent: ConfigShare): void {
    this.#left = combined(this.#left, spent, (left, amount) => left + amount);
  }
}

const TOO_MUCH: Readonly<Record<Kind, (most: number) => string>> = {
  bytes: (most) => `has configs of more than ${most} bytes`,
  gaps: (most) => `leaves more open than the ${most} things that are told`,
  looks: (most) => `names more than ${most} places`,
  mounts: (most) => `names hooks, configs and programs that need more than ${most} mounts`,
};

/** What is left of a share. */
export class ConfigBudget {
  readonly share: ConfigShare;
  readonly #tell: (what: string) => void;
  readonly #taken = { bytes: 0, gaps: 0, looks: 0, mounts: 0 };
  readonly #spent = new Set<Kind>();

  /** @param tell Called once for each kind of which there is not enough. */
  constructor(share: ConfigShare, tell: (what: string) => void) {
    this.share = share;
    this.#tell = tell;
  }

  /** Whether there was not enough of anything. */
  get isShort(): boolean {
    return this.#spent.size > 0;
  }

  /** What was taken; of what there was not enough, all. */
  get spent(): ConfigShare {
    return combined(this.#taken, this.share, Math.min);
  }

  /** Whether more was asked for than there was. */
  isSpent(kind: Kind): boolean {
    return this.#spent.has(kind);
  }

  /** How much there is of it. */
  left(kind: Kind): number {
    return this.#spent.has(kind) ? 0 : this.share[kind] - this.#taken[kind];
  }

  /** @returns false when there is not enough left, and from then on. */
  take(kind: Kind, count: number): boolean {
    if (this.#spent.has(kind)) return false;
    this.#taken[kind] += count;
    if (this.#taken[kind] <= this.share[kind]) return true;
    this.#spent.add(kind);
    this.#tell(`${TOO_MUCH[kind](this.share[kind])}, which is what it may here`);
    return false;
  }
}

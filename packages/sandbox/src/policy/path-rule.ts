import type { CrossedLink, FileIdentity } from '../files/resolve-path.js';
import type { OpenWay } from './open-way.js';
import type { RuleOrigin } from './rule-origin.js';

/** What may be done below a path. `write` means reading too. */
export type Access = 'deny' | 'read' | 'write';

/** What a file may hold that stands for something missing. */
export const PLACEHOLDER_TEXTS = ['', '.\n'] as const;

export type PlaceholderText = (typeof PLACEHOLDER_TEXTS)[number];

/** A directory that is denied as a whole, for what cannot be denied in detail there. */
export interface WholeDirectory {
  readonly directory: string;
  /** In a clause, with what helps. */
  readonly why: string;
}

/** What holds for a canonical path and everything below it, but for more specific rules. */
export interface PathRule {
  readonly path: string;
  readonly access: Access;
  readonly kind: 'directory' | 'file' | 'missing';
  /** Which file it was when the policy was made; undefined where it is missing. */
  readonly identity: FileIdentity | undefined;
  /** Who asked for it. */
  readonly origin: RuleOrigin;
  /** A file with this text stands in for a missing path while the sandbox runs; default a directory, unseen by git. */
  readonly placeholderText?: PlaceholderText;
  /** A pattern matches it, which a command may have brought about. */
  readonly byPattern?: true;
  /** The link by which a pattern has led here, which a command may have made. */
  readonly byLink?: string;
  /** With what it is denied, which no entry has named. */
  readonly whole?: WholeDirectory;
  /** What stands there was not looked at, and must not be: whoever answers for it may never do so. */
  readonly isUnseen?: true;
  /** The directory is one in which many users make files, such as /tmp. */
  readonly isShared: boolean;
}

/** A link at a protected name, or on its way, or on that to what a git config or a `.git` names: a mount keeps what it leads to, and nothing keeps the link from being replaced. */
export interface LooseLink {
  readonly path: string;
  readonly identity: FileIdentity;
  /** Where it leads, as it is written; undefined where that cannot be read. */
  readonly target: string | undefined;
  /** Whose it is: in directories such as `/tmp` the kernel follows a link for its owner and that of the directory alone. */
  readonly uid: number;
}

/** Something that was asked for and makes no difference, or that is enforced with a gap, and why. */
export interface PolicyNote {
  readonly origin: RuleOrigin;
  readonly text: string;
  /** Something that was asked for is not enforced, for whoever runs the executor to hear. */
  readonly isGap?: true;
}

/** What a process may do, in terms of this executor alone: nothing symbolic, no links, one rule for each path. */
export interface NormalisedPolicy {
  /** False where the intent does not restrict files; the rules then say `write` at the root. */
  readonly restrictsFiles: boolean;
  /** Sorted by path. */
  readonly rules: readonly PathRule[];
  /** Links through which allowed paths were named; where their directory is hidden, they are made again. */
  readonly links: readonly CrossedLink[];
  /** Left out where nothing is protected. */
  readonly looseLinks?: readonly LooseLink[];
  /** Left out where there are none. */
  readonly openWays?: readonly OpenWay[];
  readonly network: 'restricted' | 'enabled';
  /** Who decides about the network. */
  readonly networkOrigin: RuleOrigin;
  readonly notes: readonly PolicyNote[];
}

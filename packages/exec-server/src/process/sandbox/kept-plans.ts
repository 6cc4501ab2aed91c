import { createHash } from 'node:crypto';
import { deflateRawSync, inflateRawSync } from 'node:zlib';
import { MAX_KEPT_PLAN_BYTES } from '@holdfast/exec-protocol';
import type { SandboxPlan, ScannedTree, ScanTarget } from '@holdfast/sandbox';

/** What of a plan is asked when its command has ended. */
export type AskedPlan = Pick<SandboxPlan, 'policy' | 'decisions' | 'hosts' | 'searched' | 'missingPrograms'>;

/** A plan that is kept while its command runs. */
export interface KeptPlan {
  /** Undefined where it was thrown away to make room. */
  read(): AskedPlan | undefined;
  /** It is not read any more. May be called twice. */
  forget(): void;
}

/**
 * The plans of commands that run. A command may run for days, and its plan take megabytes, so each is packed, and those that are equal are
 * kept once. At the limit the largest is thrown away: whoever has many entries takes the room of nobody who has few.
 */
export class KeptPlans {
  readonly #maxBytes: number;
  /** By what it holds. */
  readonly #shared = new Map<string, SharedPlan>();
  #bytes = 0;

  constructor(maxBytes = MAX_KEPT_PLAN_BYTES) {
    this.#maxBytes = maxBytes;
  }

  /** How much all take together. */
  get bytes(): number {
    return this.#bytes;
  }

  keep(plan: AskedPlan): KeptPlan {
    const shared = this.#share(packed(plan));
    let isHeld = true;
    return {
      read: () => (isHeld && shared.bytes !== undefined ? unpacked(shared.bytes) : undefined),
      forget: () => {
        if (isHeld) this.#leave(shared);
        isHeld = false;
      },
    };
  }

  #share(bytes: Uint8Array): SharedPlan {
    const key = createHash('sha256').update(bytes).digest('base64');
    const shared = this.#shared.get(key) ?? { key, holders: 0, bytes: undefined };
    this.#shared.set(key, shared);
    shared.holders += 1;
    if (shared.bytes !== undefined) return shared;
    shared.bytes = bytes;
    this.#bytes += bytes.length;
    while (this.#bytes > this.#maxBytes) this.#empty(this.#largest(shared));
    return shared;
  }

  #leave(shared: SharedPlan): void {
    shared.holders -= 1;
    if (shared.holders > 0) return;
    this.#empty(shared);
    this.#shared.delete(shared.key);
  }

  #largest(newest: SharedPlan): SharedPlan {
    return [...this.#shared.values()].reduce(
      (most, one) => (sizeOf(one) > sizeOf(most) ? one : most),
      newest,
    );
  }

  #empty(shared: SharedPlan): void {
    this.#bytes -= sizeOf(shared);
    shared.bytes = undefined;
  }
}

/** A plan of all commands for which it is the same. */
interface SharedPlan {
  readonly key: string;
  /** How many commands have it. */
  holders: number;
  /** Undefined where they were thrown away. */
  bytes: Uint8Array | undefined;
}

function sizeOf({ bytes }: SharedPlan): number {
  return bytes?.length ?? 0;
}

/** Paths have much in common, and are packed well by little work. */
const QUICK = 1;

/** Equal for equal plans. */
function packed({ policy, decisions, hosts, searched, missingPrograms }: AskedPlan): Uint8Array {
  const roots = searched.map(({ target, tree }) => ({
    target: { ...target, except: [...target.except] },
    tree,
  }));
  const text = JSON.stringify({ policy, decisions, hosts, missingPrograms, searched: roots });
  // What zlib answers with may be a part of something larger.
  return new Uint8Array(deflateRawSync(text, { level: QUICK }));
}

function unpacked(bytes: Uint8Array): AskedPlan {
  const { searched, ...asked } = JSON.parse(inflateRawSync(bytes).toString()) as WrittenPlan;
  const roots = searched.map(({ target, tree }) => ({
    target: { ...target, except: new Set(target.except) },
    tree,
  }));
  return { ...asked, searched: roots };
}

/** As JSON has it. */
interface WrittenPlan extends Omit<AskedPlan, 'searched'> {
  readonly searched: readonly {
    readonly target: Omit<ScanTarget, 'except'> & { readonly except: readonly string[] };
    readonly tree: ScannedTree;
  }[];
}

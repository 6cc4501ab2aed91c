import type { FileFacts } from '../files/file-facts.js';
import { isSharedByAll } from '../files/hands.js';
import { kernelTreeOf } from '../files/kernel-trees.js';
import { ancestorsOf, isWithin } from '../files/paths.js';
import { type Mount, visibleMounts } from '../launch/mount-table.js';
import { indexRules, mergeRules } from '../policy/access.js';
import type { PathRule } from '../policy/path-rule.js';

/**
 * Rules with those for what is denied at one place and mounted at another one, too, as by `mount --bind`: it is denied there as well,
 * unless that very place is named by a rule of its own.
 * @param mounts Of this machine. @param files As they were when the rules were made.
 */
export function withAliasedDenials(
  rules: readonly PathRule[],
  mounts: readonly Mount[],
  files: Pick<FileFacts, 'look'>,
): readonly PathRule[] {
  const places = new Places(mounts);
  if (!places.hasAliases) return rules;
  const index = indexRules(rules);
  const isOpen = (path: string): boolean =>
    index.at(path) === undefined && index.accessAt(path) !== 'deny' && kernelTreeOf(path) === undefined;
  const aliases = rules
    .filter(({ path, access, kind }) => access === 'deny' && kind !== 'missing' && path !== '/')
    .flatMap((rule) =>
      places
        .aliasesOf(rule.path)
        .filter(isOpen)
        .flatMap((path) => ruleFor(path, rule, files)),
    );
  return aliases.length === 0 ? rules : mergeRules([...rules, ...aliases]);
}

function ruleFor(path: string, { origin }: PathRule, files: Pick<FileFacts, 'look'>): readonly PathRule[] {
  const found = look(path, files);
  if (found === undefined || found.kind === 'link') return [];
  const { kind, device, inode } = found;
  return [
    { path, access: 'deny', kind, identity: { device, inode }, origin, isShared: isSharedByAll(found) },
  ];
}

/** What this user does not get to, no command of theirs does. */
function look(path: string, files: Pick<FileFacts, 'look'>): ReturnType<FileFacts['look']> {
  try {
    return files.look(path);
  } catch {
    return undefined;
  }
}

/** Where the same files are shown. */
class Places {
  readonly #mounts: ReadonlyMap<string, Mount>;
  /** By file system, where it is more than one. */
  readonly #sharing = new Map<string, readonly Mount[]>();

  constructor(mounts: readonly Mount[]) {
    this.#mounts = visibleMounts(mounts);
    const byDevice = new Map<string, Mount[]>();
    for (const mount of this.#mounts.values()) {
      const [device] = sourceOf(mount);
      byDevice.set(device, [...(byDevice.get(device) ?? []), mount]);
    }
    for (const [device, sharing] of byDevice) if (sharing.length > 1) this.#sharing.set(device, sharing);
  }

  get hasAliases(): boolean {
    return this.#sharing.size > 0;
  }

  /** Other paths of a canonical one, and places that show something of it. */
  aliasesOf(path: string): readonly string[] {
    const holding = this.#holding(path);
    if (holding === undefined) return [];
    const [device, root] = sourceOf(holding);
    const within = joined(root, below(path, holding.path));
    return (this.#sharing.get(device) ?? [])
      .filter((mount) => mount !== holding)
      .flatMap((mount) => {
        const [, top] = sourceOf(mount);
        if (isWithin(top, within)) return [mount.path];
        if (!isWithin(within, top)) return [];
        const alias = joined(mount.path, below(within, top));
        return this.#holding(alias) === mount ? [alias] : [];
      })
      .filter((alias) => !isWithin(alias, path));
  }

  #holding(path: string): Mount | undefined {
    const at = [path, ...ancestorsOf(path)].find((one) => this.#mounts.has(one));
    return at === undefined ? undefined : this.#mounts.get(at);
  }
}

function sourceOf({ source }: Mount): readonly [device: string, root: string] {
  const blank = source.indexOf(' ');
  return [source.slice(0, blank), source.slice(blank + 1)];
}

/** What follows a directory in a path within it, from the slash on. */
function below(path: string, directory: string): string {
  return directory === '/' ? path : path.slice(directory.length);
}

function joined(directory: string, rest: string): string {
  if (rest === '' || rest === '/') return directory;
  return directory === '/' ? rest : directory + rest;
}

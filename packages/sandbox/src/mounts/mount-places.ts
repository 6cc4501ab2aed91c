import { isWithin } from '../files/paths.js';
import { PathMap } from '../policy/path-map.js';
import { tellsWhatItShows } from './kinds-of-mounts.js';
import { type Mount, visibleMounts } from './mount-table.js';

/** Another path of what a path shows, or a place outside of it that shows a part of that. */
export interface Alias {
  readonly path: string;
  /** On which it lies. */
  readonly mount: Mount;
  /** Whether it is of the file system on which the path itself lies, and not of one that is mounted further down. */
  readonly isOfSameDisk: boolean;
  /** Whether it is the very file or directory that the path leads to. */
  readonly isWhole: boolean;
}

/** Where the same files of a machine are shown. What it takes to ask grows with the answer, not with how much is mounted. */
export class MountPlaces {
  readonly #mounts: PathMap<Mount>;
  /** By file system, where it is mounted more than once, and by what of it is shown. */
  readonly #sharing = new Map<string, PathMap<readonly Mount[]>>();

  constructor(mounts: readonly Mount[]) {
    const visible = visibleMounts(mounts);
    this.#mounts = new PathMap(visible);
    for (const [device, sharing] of grouped(visible.values(), (mount) => shownBy(mount).device)) {
      if (sharing.length < 2) continue;
      this.#sharing.set(device, new PathMap(grouped(sharing, (mount) => shownBy(mount).top)));
    }
  }

  /** Whether any file has more than one path. */
  get hasAliases(): boolean {
    return this.#sharing.size > 0;
  }

  /** Other paths of a canonical one, and places outside of it that show something of what it shows; some may come twice. */
  *aliasesOf(path: string): Generator<Alias> {
    const holding = this.#mounts.nearest(path);
    if (holding === undefined) return;
    for (const alias of this.#aliasesOn(holding, path))
      if (!isWithin(alias.path, path)) yield { ...alias, isOfSameDisk: true };
    for (const mount of this.#mounts.within(path)) {
      if (mount === holding) continue;
      const isOfSameDisk = shownBy(mount).device === shownBy(holding).device;
      for (const alias of this.#aliasesOn(mount, mount.path))
        if (!isWithin(alias.path, path)) yield { ...alias, isOfSameDisk, isWhole: false };
    }
  }

  *#aliasesOn(holding: Mount, path: string): Generator<Omit<Alias, 'isOfSameDisk'>> {
    const { device, top } = shownBy(holding);
    const sharing = this.#sharing.get(device) ?? NOTHING;
    const shown = joined(top, below(path, holding.path));
    for (const mounts of sharing.within(shown))
      for (const mount of mounts)
        if (mount !== holding) yield { path: mount.path, mount, isWhole: shownBy(mount).top === shown };
    for (const mounts of sharing.above(shown))
      for (const mount of mounts) {
        const alias = joined(mount.path, below(shown, shownBy(mount).top));
        const isCovered = this.#mounts.nearest(alias) !== mount;
        if (mount !== holding && !isCovered) yield { path: alias, mount, isWhole: true };
      }
  }
}

const NOTHING = new PathMap<readonly Mount[]>();

function grouped<T>(all: Iterable<T>, keyOf: (one: T) => string): ReadonlyMap<string, readonly T[]> {
  const groups = new Map<string, T[]>();
  for (const one of all) {
    const group = groups.get(keyOf(one));
    if (group === undefined) groups.set(keyOf(one), [one]);
    else group.push(one);
  }
  return groups;
}

/**
 * A file system, and the directory or file of it that a mount shows. Of NFS the kernel tells that by the name which the directory has on its
 * server, if at all: who shares it nobody knows then.
 */
function shownBy(mount: Mount): { readonly device: string; readonly top: string } {
  const { id, device, root: top, source } = mount;
  if (tellsWhatItShows(mount)) return { device, top };
  const exported = /^.*?:(\/.*?)\/*$/s.exec(source)?.[1];
  return exported === undefined ? { device: `${device} ${id}`, top } : { device, top: exported };
}

/** What follows a directory in a path within it, from the slash on. */
function below(path: string, directory: string): string {
  return directory === '/' ? path : path.slice(directory.length);
}

function joined(directory: string, rest: string): string {
  if (rest === '' || rest === '/') return directory;
  return directory === '/' ? rest : directory + rest;
}

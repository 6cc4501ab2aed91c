import { ancestorsOf, isWithin } from '../files/paths.js';
import { tellsWhatItShows } from './kinds-of-mounts.js';
import { type Mount, visibleMounts } from './mount-table.js';

/** Where the same files of a machine are shown. */
export class MountPlaces {
  readonly #mounts: ReadonlyMap<string, Mount>;
  /** By file system, where it is more than one. */
  readonly #sharing = new Map<string, readonly Mount[]>();

  constructor(mounts: readonly Mount[]) {
    this.#mounts = visibleMounts(mounts);
    const byDevice = new Map<string, Mount[]>();
    for (const mount of this.#mounts.values()) {
      const [device] = sourceOf(mount);
      if (tellsWhatItShows(mount)) byDevice.set(device, [...(byDevice.get(device) ?? []), mount]);
    }
    for (const [device, sharing] of byDevice) if (sharing.length > 1) this.#sharing.set(device, sharing);
  }

  /** Whether any file has more than one path. */
  get hasAliases(): boolean {
    return this.#sharing.size > 0;
  }

  /** Other paths of a canonical one, and places outside of it that show something of what it shows. */
  aliasesOf(path: string): readonly string[] {
    const holding = this.#holding(path);
    const inner = [...this.#mounts.values()].filter(
      (mount) => mount !== holding && isWithin(mount.path, path),
    );
    const aliases = [
      ...(holding === undefined ? [] : this.#aliasesOn(holding, path)),
      ...inner.flatMap((mount) => this.#aliasesOn(mount, mount.path)),
    ];
    return [...new Set(aliases)].filter((alias) => !isWithin(alias, path));
  }

  #aliasesOn(holding: Mount, path: string): readonly string[] {
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
      });
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

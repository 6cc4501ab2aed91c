import { isWithin } from '../files/paths.js';
import { PathMap } from '../policy/path-map.js';
import { grouped } from './grouped.js';
import { isOfUser } from './kinds-of-mounts.js';
import { type Mount, treeOf, visibleMounts } from './mount-table.js';
import { OverlayLayers } from './overlay-layers.js';
import { below, joined, type Shown, shownAt, shownBy } from './shown.js';

/** Another path of what a path shows, or a place outside of it that shows a part of that. */
export interface Alias {
  readonly path: string;
  /** On which it lies. */
  readonly mount: Mount;
  /** Whether it is of the file system on which the path itself lies, and not of one that is mounted further down. */
  readonly isOfSameDisk: boolean;
  /** Whether it is known to be the very file or directory that the path leads to. */
  readonly isWhole: boolean;
}

/** Where the mounts of a machine show the same files, for whoever asks that of them; they stay as they are. */
export function mountPlacesOf(mounts: readonly Mount[]): MountPlaces {
  const known = PLACES.get(mounts);
  if (known !== undefined) return known;
  const places = new MountPlaces(mounts);
  PLACES.set(mounts, places);
  return places;
}

/** One plan asks for that of the same mounts several times. */
const PLACES = new WeakMap<readonly Mount[], MountPlaces>();

/** Where the same files of a machine are shown. What it takes to ask grows with the answer, not with how much is mounted. */
export class MountPlaces {
  readonly #mounts: PathMap<Mount>;
  readonly #layers: OverlayLayers;
  /** By file system, where its files may have several paths, and by what of it is shown. */
  readonly #sharing: Sharing;
  /** Those that could come to light, by the same. */
  readonly #buried: Sharing;

  constructor(mounts: readonly Mount[]) {
    const visible = visibleMounts(mounts);
    this.#mounts = new PathMap(visible);
    this.#layers = new OverlayLayers(visible);
    this.#sharing = sharingOf(visible.values(), (device, count) => count > 1 || this.#layers.has(device));
    this.#buried = sharingOf(buriedMounts(mounts, visible), () => true);
  }

  /** Whether any file has more than one path, or could have. */
  get hasAliases(): boolean {
    return this.#sharing.size > 0 || this.#buried.size > 0;
  }

  /**
   * Places outside of a canonical path where something of what it shows is mounted and covered by now: below another mount, past which
   * a directory can be moved, or by one that a user can take away.
   */
  *buriedAliasesOf(path: string): Generator<string> {
    const holding = this.#mounts.nearest(path);
    if (holding === undefined) return;
    const inside = [...this.#mounts.within(path)].filter((mount) => mount !== holding);
    const shown = [shownAt(path, holding), ...inside.map((mount) => shownBy(mount))];
    for (const part of shown) {
      const aliases = [
        ...sharedBy(this.#buried, part),
        ...[...sharedBy(this.#sharing, part)].filter((alias) => this.#isUnderOnesOfUsers(alias)),
      ];
      for (const alias of aliases) if (!isWithin(alias.path, path)) yield alias.path;
    }
  }

  #isUnderOnesOfUsers({ path, mount }: Place): boolean {
    const holding = [...this.#mounts.above(path), this.#mounts.nearest(path)];
    return holding.some(
      (one) => one !== undefined && one !== mount && isWithin(one.path, mount.path) && isOfUser(one),
    );
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

  /** Paths that a canonical one would have in the layers of its overlay; some may come twice. */
  *layerPathsOf(path: string): Generator<Alias> {
    const holding = this.#mounts.nearest(path);
    if (holding !== undefined) yield* this.#placesOf(this.#layers.layersOf(shownAt(path, holding)));
  }

  /** Paths that what a canonical one shows would have in the overlays of it, if no other layer comes first; some may come twice. */
  *overlayPathsOf(path: string): Generator<Alias> {
    const holding = this.#mounts.nearest(path);
    if (holding === undefined) return;
    yield* this.#placesOf(this.#layers.overlaysOf(shownAt(path, holding)));
    for (const mount of this.#mounts.within(path))
      if (mount !== holding) yield* this.#placesOf(this.#layers.overlaysOf(shownBy(mount)));
  }

  *#placesOf(layered: Iterable<Shown>): Generator<Alias> {
    for (const shown of layered) {
      for (const place of sharedBy(this.#sharing, shown)) {
        if (this.#mounts.nearest(place.path) === place.mount)
          yield { ...place, isOfSameDisk: false, isWhole: false };
      }
    }
  }

  *#aliasesOn(holding: Mount, path: string): Generator<Omit<Alias, 'isOfSameDisk'>> {
    for (const place of sharedBy(this.#sharing, shownAt(path, holding))) {
      const isCovered = this.#mounts.nearest(place.path) !== place.mount;
      if (place.mount !== holding && !isCovered) yield place;
    }
  }
}

/** Mounts of which some show the same, by file system and by what of it they show. */
type Sharing = ReadonlyMap<string, PathMap<readonly Mount[]>>;

type Place = Omit<Alias, 'isOfSameDisk'>;

/** @param isWanted Whether a file system with so many mounts is. */
function sharingOf(mounts: Iterable<Mount>, isWanted: (device: string, count: number) => boolean): Sharing {
  const sharing = new Map<string, PathMap<readonly Mount[]>>();
  for (const [device, ofDevice] of grouped(mounts, (mount) => shownBy(mount).device)) {
    if (!isWanted(device, ofDevice.length)) continue;
    sharing.set(device, new PathMap(grouped(ofDevice, (mount) => shownBy(mount).top)));
  }
  return sharing;
}

/** Where mounts show a part of a file system, or some of it. */
function* sharedBy(sharing: Sharing, { device, top: shown }: Shown): Generator<Place> {
  const byTop = sharing.get(device) ?? NOTHING;
  for (const mounts of byTop.within(shown))
    for (const mount of mounts) yield { path: mount.path, mount, isWhole: shownBy(mount).top === shown };
  for (const mounts of byTop.above(shown))
    for (const mount of mounts)
      yield { path: joined(mount.path, below(shown, shownBy(mount).top)), mount, isWhole: true };
}

/**
 * Covered mounts that somebody could bring to light. One that lies at the very place of what covers it goes along with that wherever it
 * is moved, and no path leads to what is mounted upon it.
 */
function buriedMounts(mounts: readonly Mount[], visible: ReadonlyMap<string, Mount>): readonly Mount[] {
  const byId = new Map(mounts.map((mount) => [mount.id, mount]));
  const steady = new Set(visible.values());
  // It grows while it is walked.
  for (const top of steady) {
    const under = byId.get(top.parent);
    if (under?.path !== top.path || isOfUser(top)) continue;
    for (const mount of treeOf(under, mounts)) steady.add(mount);
  }
  return mounts.filter((mount) => !steady.has(mount));
}

const NOTHING = new PathMap<readonly Mount[]>();

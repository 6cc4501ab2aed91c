import { isWithin } from '../files/paths.js';
import { PathMap } from '../policy/path-map.js';
import { grouped } from './grouped.js';
import { type Mount, unescaped } from './mount-table.js';
import { below, joined, type Shown, shownAt } from './shown.js';

/** A directory whose files an overlay shows. */
interface Layer extends Shown {
  /** The file system of the overlay. */
  readonly overlay: string;
}

/**
 * What overlays have in common with their layers, by the same names. Nobody tells from which layer a file comes, nor what was renamed in an
 * overlay.
 */
export class OverlayLayers {
  /** By overlay. */
  readonly #below: ReadonlyMap<string, readonly Layer[]>;
  /** By the file system of the layer, and by what of it that is. */
  readonly #above: ReadonlyMap<string, PathMap<readonly Layer[]>>;

  /** @param visible By path. */
  constructor(visible: ReadonlyMap<string, Mount>) {
    const layers = layersIn(visible);
    this.#below = grouped(layers, ({ overlay }) => overlay);
    this.#above = new Map(
      [...grouped(layers, ({ device }) => device)].map(([device, ofDevice]) => [
        device,
        new PathMap(grouped(ofDevice, ({ top }) => top)),
      ]),
    );
  }

  /** Whether a file system is an overlay with layers, or has one of them. */
  has(device: string): boolean {
    return this.#below.has(device) || this.#above.has(device);
  }

  /** Where the layers of its overlay, and theirs, would have the same. */
  *layersOf({ device, top }: Shown, left = MAX_STACKED): Generator<Shown> {
    if (left === 0) return;
    for (const layer of this.#below.get(device) ?? []) {
      const found = { device: layer.device, top: joined(layer.top, top) };
      yield found;
      yield* this.layersOf(found, left - 1);
    }
  }

  /** Where the overlays of which it, or a part of it, is a layer or lies in one would show that, and theirs. */
  *overlaysOf({ device, top }: Shown, left = MAX_STACKED): Generator<Shown> {
    const layers = this.#above.get(device);
    if (layers === undefined || left === 0) return;
    for (const { overlay, top: layer } of [...layers.above(top), ...layers.within(top)].flat()) {
      const found = { device: overlay, top: isWithin(top, layer) ? joined('/', below(top, layer)) : '/' };
      yield found;
      yield* this.overlaysOf(found, left - 1);
    }
  }
}

/** The kernel makes no overlay of one that has another one as a layer. */
const MAX_STACKED = 2;

function layersIn(visible: ReadonlyMap<string, Mount>): readonly Layer[] {
  const overlays = new Map<string, Mount>();
  for (const mount of visible.values()) if (mount.type === 'overlay') overlays.set(mount.device, mount);
  // The layers of a root lie outside of it, such as on the machine around a container.
  overlays.delete(visible.get('/')?.device ?? '');
  if (overlays.size === 0) return [];
  const byPath = new PathMap(visible);
  return [...overlays.values()].flatMap((mount) =>
    pathsOfLayers(mount).flatMap((path) => {
      const holding = byPath.nearest(path);
      // One that the overlay itself covers is not to be seen there.
      if (holding === undefined || holding.device === mount.device) return [];
      return [{ ...shownAt(path, holding), overlay: mount.device }];
    }),
  );
}

/** Of a path that is relative nobody knows to what. */
function pathsOfLayers({ fileSystemOptions }: Mount): readonly string[] {
  const paths = fileSystemOptions.flatMap((option) => {
    const [name = '', ...values] = option.split('=');
    const value = unescaped(values.join('='));
    if (name === 'lowerdir+') return [value];
    if (name === 'upperdir') return [withoutBackslashes(value)];
    return name === 'lowerdir' ? (value.match(BETWEEN_COLONS) ?? []).map(withoutBackslashes) : [];
  });
  return paths.filter((path) => path.startsWith('/'));
}

/** Behind a backslash a colon is one of a name. */
const BETWEEN_COLONS = /(?:\\.|[^\\:])+/gs;

function withoutBackslashes(path: string): string {
  return path.replace(/\\(.)/gs, '$1');
}

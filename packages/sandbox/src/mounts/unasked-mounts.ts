import type { FileFacts } from '../files/file-facts.js';
import { childOf, isWithin, parentOf, withHolders } from '../files/paths.js';
import { resolvePath } from '../files/resolve-path.js';
import { Unseen } from '../files/unseen.js';
import { PathMap } from '../policy/path-map.js';
import type { PathRule } from '../policy/path-rule.js';
import { isRemote } from './kinds-of-mounts.js';
import { type Mount, visibleMounts } from './mount-table.js';

/** What was asked for at a path. */
type AskedRule = Pick<PathRule, 'path' | 'access' | 'isUnseen'>;

/**
 * Files for whoever follows what a command has written. On a mount that others answer for nothing is looked at, since nobody may
 * answer for ever, unless a rule is about it: then it was looked at already.
 * @param mounts Of this machine. @param rules What was asked for, in canonical paths. @param needed What is looked at anyway,
 *   such as the working directory; default nothing.
 */
export function withoutUnasked(
  files: FileFacts,
  mounts: readonly Mount[],
  rules: readonly AskedRule[],
  needed: readonly string[] = [],
): FileFacts {
  const unaskedAt = unaskedMounts(mounts, rules, needed);
  if (unaskedAt === undefined) return files;
  const careful: FileFacts = {
    ...files,
    look(path) {
      const mount = unaskedAt(path);
      if (mount !== undefined)
        throw new Unseen(`whoever answers for what is mounted at ${mount} may never do so`);
      return files.look(path);
    },
    list(path, atMost) {
      const found = resolvePath(path, careful);
      return found.kind === 'directory' ? files.list(found.path, atMost) : [];
    },
    readText(path) {
      const above = resolvePath(parentOf(path), careful);
      const file = childOf(
        above.kind === 'directory' ? above.path : '/',
        path.slice(path.lastIndexOf('/') + 1),
      );
      return above.kind === 'directory' && unaskedAt(file) === undefined ? files.readText(file) : undefined;
    },
  };
  return careful;
}

/** Says on which of these mounts a canonical path lies; undefined where there are none at all. */
function unaskedMounts(
  mounts: readonly Mount[],
  rules: readonly AskedRule[],
  needed: readonly string[],
): ((path: string) => string | undefined) | undefined {
  const visible = visibleMounts(mounts);
  const remote = [...visible.values()].filter(isRemote);
  if (remote.length === 0) return undefined;
  const byPath = new PathMap(visible);
  const paths = [...rules.filter(({ isUnseen }) => isUnseen !== true).map(({ path }) => path), ...needed];
  const asked = new Set(['/', ...paths].map((path) => byPath.nearest(path)));
  // All directories are below the root: that they may be written does not mean that they are needed.
  const roots = rules.filter(({ access, path }) => access === 'write' && path !== '/');
  const isAsked = (mount: Mount): boolean =>
    asked.has(mount) || roots.some(({ path }) => isWithin(mount.path, path));
  const unasked = new Set(remote.filter((mount) => !isAsked(mount)));
  if (unasked.size === 0) return undefined;
  const onTheWay = withHolders(paths);
  return (path) => {
    const mount = byPath.nearest(path);
    return mount !== undefined && unasked.has(mount) && !onTheWay.has(path) ? mount.path : undefined;
  };
}

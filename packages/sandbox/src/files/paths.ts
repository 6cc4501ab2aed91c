/** What Node puts into a path for bytes that are no UTF-8. Such a path leads nowhere. */
export const NOT_UTF_8 = '\ufffd';

/** The kernel opens nothing by a path that is not shorter. */
export const MAX_PATH_BYTES = 4096;

/** The names of a path, from the root down. `..` stays; nothing and `.` do not. */
export function namesOf(path: string): readonly string[] {
  return path.split('/').filter((name) => name !== '' && name !== '.');
}

/** The path of an entry of a directory. */
export function childOf(directory: string, name: string): string {
  return directory === '/' ? `/${name}` : `${directory}/${name}`;
}

/** A path as it is meant in a directory. Every `..` stays, for what it leads out of is not known by name. */
export function pathFrom(directory: string, path: string): string {
  if (path.startsWith('/')) return path;
  return path === '' ? directory : childOf(directory, path);
}

/** The directory that holds a path; the root holds itself. */
export function parentOf(path: string): string {
  return path.slice(0, Math.max(1, path.lastIndexOf('/')));
}

/** Whether a canonical path is another one or lies below it. */
export function isWithin(path: string, directory: string): boolean {
  return path === directory || directory === '/' || path.startsWith(`${directory}/`);
}

/** The directories that hold a path, from its parent up to the root. */
export function ancestorsOf(path: string): readonly string[] {
  const ancestors: string[] = [];
  for (let at = path; at !== '/'; ) {
    at = parentOf(at);
    ancestors.push(at);
  }
  return ancestors;
}

/** The directories that hold any of several paths. It costs no more than there are of them. */
export function holdersOf(paths: Iterable<string>): ReadonlySet<string> {
  const holders = new Set<string>();
  for (const path of paths) {
    for (let at = path; at !== '/'; holders.add(at)) {
      at = parentOf(at);
      if (holders.has(at)) break;
    }
  }
  return holders;
}

/** Several paths, and the directories that hold any of them. */
export function withHolders(paths: Iterable<string>): ReadonlySet<string> {
  const all = new Set<string>();
  for (const path of paths) {
    for (let at = path; !all.has(at); at = parentOf(at)) all.add(at);
  }
  return all;
}

/** Whether one of several directories is a canonical path or holds it. */
export function isWithinAny(path: string, directories: ReadonlySet<string>): boolean {
  return directories.has(path) || ancestorsOf(path).some((above) => directories.has(above));
}

/** How many names a path has; the root has none. */
export function depthOf(path: string): number {
  return namesOf(path).length;
}

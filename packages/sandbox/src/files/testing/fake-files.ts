import type { DirectoryEntry, FileFact, FileView } from '../file-facts.js';
import type { Rights } from '../hands.js';
import { ancestorsOf, childOf, namesOf, parentOf } from '../paths.js';

/**
 * What stands at a path: a directory, one like /tmp, one in which nothing can be made, one whose owner may not write it,
 * one that cannot be entered, a file with a text, which may be a program or have several names, or a link.
 */
export type FakeFile =
  | 'directory'
  | 'shared'
  | 'sealed'
  | 'unwritable'
  | 'shut'
  | 'shutByOthers'
  | { readonly text: string; readonly isProgram?: true; readonly links?: number }
  | { readonly link: string };

/**
 * A file system made of a table; the directories on the way to each path are there too.
 * @param rights What of a path is different from what root makes for everybody to read.
 */
export function fakeFiles(
  table: Readonly<Record<string, FakeFile>>,
  rights: Readonly<Record<string, Partial<Rights>>> = {},
): FileView {
  const tree = new Map<string, FakeFile>([['/', 'directory']]);
  for (const [path, file] of Object.entries(table)) {
    let at = '/';
    for (const name of namesOf(path)) {
      at = childOf(at, name);
      if (!tree.has(at)) tree.set(at, 'directory');
    }
    tree.set(path, file);
  }
  const inside = new Map<string, DirectoryEntry[]>();
  for (const [at, file] of tree) {
    if (at === '/') continue;
    const siblings = inside.get(parentOf(at)) ?? [];
    inside.set(parentOf(at), siblings);
    siblings.push({ name: at.slice(at.lastIndexOf('/') + 1), kind: kindOf(file) });
  }
  const inodes = new Map([...tree.keys()].map((path, at) => [path, at + 1]));
  const files: FileView = {
    look(path): FileFact | undefined {
      const file = tree.get(path);
      if (ancestorsOf(path).some((above) => SHUT.has(tree.get(above)))) {
        throw Object.assign(new Error(path), { code: 'EACCES' });
      }
      if (file === undefined) return undefined;
      return {
        kind: kindOf(file),
        device: 1,
        inode: inodes.get(path) ?? 0,
        uid: 0,
        gid: 0,
        mode: modeOf(file),
        links: typeof file === 'object' && 'text' in file ? (file.links ?? 1) : 1,
        ...rights[path],
      };
    },
    readLink(path) {
      const file = tree.get(path);
      if (typeof file === 'object' && 'link' in file) return file.link;
      throw new Error(`${path} is no link`);
    },
    list(path, atMost) {
      const entries = inside.get(path) ?? [];
      return entries.length <= atMost ? entries : undefined;
    },
    mayCreateIn(directory) {
      const file = tree.get(directory);
      if (file === 'unwritable' || file === 'shut') return 'afterChmod';
      return file === 'sealed' || file === 'shutByOthers' ? 'never' : 'now';
    },
    takesName: (path) => path.length - path.lastIndexOf('/') <= 256,
    readText(path) {
      const file = tree.get(path);
      return typeof file === 'object' && 'text' in file ? file.text : undefined;
    },
    inOneGo: (work) => work(files),
  };
  return files;
}

const SHUT: ReadonlySet<FakeFile | undefined> = new Set(['shut', 'shutByOthers']);

function kindOf(file: FakeFile): FileFact['kind'] {
  if (typeof file === 'string') return 'directory';
  return 'link' in file ? 'link' : 'file';
}

function modeOf(file: FakeFile): number {
  if (file === 'shared') return 0o1777;
  const isProgram = typeof file === 'object' && 'text' in file && file.isProgram === true;
  return isProgram || kindOf(file) === 'directory' ? 0o755 : 0o644;
}

import { isWithin, parentOf } from '../../files/paths.js';
import { type ScanFiles, ShutDirectory } from '../scan-files.js';

interface Entry {
  readonly isDirectory: boolean;
  readonly inode: number;
  changedMs: number;
}

/** A file system that changes, with the time stamps of a real one: two changes within one grain have the same. */
export class ChangingTree implements ScanFiles {
  readonly #entries = new Map<string, Entry>([['/', { isDirectory: true, inode: 1, changedMs: 0 }]]);
  /** The paths in each directory, in the order in which they were made. */
  readonly #inside = new Map<string, Set<string>>();
  /** With whether this user owns them. */
  readonly #shut = new Map<string, boolean>();
  readonly #grainMs: number;
  #inodes = 1;
  nowMs = 0;
  /** How often a directory was read. */
  reads = 0;
  /** Whether the links of a directory tell how many others it holds; where they do not, there is always one. */
  countsLinks = true;
  /** How many files a directory has that are not worth being modelled; they are listed first. */
  readonly more = new Map<string, number>();
  /** Called before a directory is read. */
  onList: (directory: string) => Promise<void> = () => Promise.resolve();

  constructor(grainMs: number) {
    this.#grainMs = grainMs;
  }

  /** Makes a directory or a file, unless its directory is missing or something is there. */
  make(path: string, isDirectory: boolean): void {
    if (this.#entries.get(parentOf(path))?.isDirectory !== true || this.#entries.has(path)) return;
    this.#entries.set(path, { isDirectory, inode: (this.#inodes += 1), changedMs: this.#stamp() });
    this.#inside.set(parentOf(path), (this.#inside.get(parentOf(path)) ?? new Set()).add(path));
    this.#touch(parentOf(path));
  }

  /** Removes what is at a path, with all that it holds. */
  remove(path: string): void {
    if (path === '/' || !this.#entries.has(path)) return;
    for (const at of [...this.#entries.keys()].filter((one) => isWithin(one, path))) {
      this.#entries.delete(at);
      this.#inside.delete(at);
    }
    this.#inside.get(parentOf(path))?.delete(path);
    this.#touch(parentOf(path));
  }

  /** Takes the rights to read and enter a directory away, or gives them back. */
  setShut(directory: string, isShut: boolean, isOwn = true): void {
    if (isShut) this.#shut.set(directory, isOwn);
    else this.#shut.delete(directory);
    this.#touch(directory);
  }

  begin(): void {
    // Every question is answered anew.
  }

  stampOf(directory: string): ReturnType<ScanFiles['stampOf']> {
    const entry = this.#entries.get(directory);
    if (entry?.isDirectory !== true) return undefined;
    return { device: 1, inode: entry.inode, changedMs: entry.changedMs, links: this.#linksOf(directory) };
  }

  async *list(directory: string): ReturnType<ScanFiles['list']> {
    this.reads += 1;
    await this.onList(directory);
    const isOwn = this.#shut.get(directory);
    if (isOwn !== undefined) throw new ShutDirectory(directory, { isOwn });
    const inside = [...(this.#inside.get(directory) ?? [])];
    yield Array.from({ length: this.more.get(directory) ?? 0 }, (_, at) => ({
      name: `more-${at}`,
      isDirectory: false,
    }));
    yield inside.map((at) => ({
      name: at.slice(at.lastIndexOf('/') + 1),
      isDirectory: this.#entries.get(at)?.isDirectory === true,
    }));
  }

  /** How the text of files begins; the others have none. */
  readonly texts = new Map<string, string>();

  beginningOf(path: string): string | undefined {
    return this.#entries.get(path)?.isDirectory === false ? this.texts.get(path) : undefined;
  }

  exists(path: string): boolean {
    const shut = [...this.#shut.keys()].find((directory) => path !== directory && isWithin(path, directory));
    if (shut !== undefined) throw new ShutDirectory(shut);
    return this.#entries.has(path);
  }

  #linksOf(directory: string): number {
    if (!this.countsLinks) return 1;
    const inside = [...(this.#inside.get(directory) ?? [])];
    return 2 + inside.filter((at) => this.#entries.get(at)?.isDirectory === true).length;
  }

  #touch(directory: string): void {
    const entry = this.#entries.get(directory);
    if (entry !== undefined) entry.changedMs = this.#stamp();
  }

  #stamp(): number {
    return this.nowMs - (this.nowMs % this.#grainMs);
  }
}

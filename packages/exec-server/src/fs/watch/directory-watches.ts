import { type FSWatcher, watch } from 'node:fs';
import { type NativePath, nameOf } from '../native-path.js';

interface WatchedDirectory {
  readonly watcher: FSWatcher;
  /** Who is told of which entry, by its name in Latin-1. */
  readonly listeners: Map<string, Set<() => void>>;
}

/**
 * Tells when an entry of a directory comes or goes. However many ask about a directory, it is watched once, and entries
 * that nobody asked about cost one look into a table.
 */
export class DirectoryWatches {
  /** By path and identity: under a path that was renamed stands another directory. */
  readonly #watched = new Map<string, WatchedDirectory>();

  /**
   * @param identity What the system calls the directory now.
   * @param onChanged Told when the entry comes or goes, when the directory itself does, and when it cannot be watched any
   *   more; perhaps also in between.
   * @returns what ends it; undefined for a directory that cannot be watched, such as one that this server may not list.
   */
  add(
    directory: NativePath,
    identity: string,
    name: Buffer,
    onChanged: () => void,
  ): (() => void) | undefined {
    const key = `${identity} ${directory.toString('latin1')}`;
    const watched = this.#watched.get(key) ?? this.#begin(key, directory);
    if (watched === undefined) return undefined;
    const entry = name.toString('latin1');
    const told = watched.listeners.get(entry) ?? new Set();
    watched.listeners.set(entry, told.add(onChanged));
    return () => {
      told.delete(onChanged);
      if (told.size === 0 && watched.listeners.get(entry) === told) watched.listeners.delete(entry);
      if (watched.listeners.size === 0) this.#end(key, watched);
    };
  }

  #begin(key: string, directory: NativePath): WatchedDirectory | undefined {
    const own = nameOf(directory).toString('latin1');
    const listeners = new Map<string, Set<() => void>>();
    const tellAll = (): void => {
      // It may have gone; whoever still waits asks for what is there now.
      this.#end(key, watched);
      for (const told of [...listeners.values()]) for (const tell of [...told]) tell();
    };
    const onEvent = (type: string, name: Buffer | null): void => {
      // What comes and goes is a rename on every system; of itself a directory tells by its own name.
      if (type !== 'rename') return;
      const entry = name?.toString('latin1');
      if (entry === undefined || entry === own) tellAll();
      else for (const tell of [...(listeners.get(entry) ?? [])]) tell();
    };
    let watched: WatchedDirectory;
    try {
      const watcher = watch(directory, { persistent: false, encoding: 'buffer' }, onEvent);
      watcher.on('error', tellAll);
      watched = { watcher, listeners };
    } catch {
      return undefined;
    }
    this.#watched.set(key, watched);
    return watched;
  }

  #end(key: string, watched: WatchedDirectory): void {
    watched.watcher.close();
    if (this.#watched.get(key) === watched) this.#watched.delete(key);
  }
}

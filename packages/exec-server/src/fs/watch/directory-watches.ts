import { type FSWatcher, watch } from 'node:fs';
import { MAX_WATCH_EVENTS, WATCH_REST_MS } from '@holdfast/exec-protocol';
import type { Clock, Timer } from '../../clock.js';
import { type NativePath, nameOf } from '../native-path.js';

interface WatchedDirectory {
  readonly directory: NativePath;
  /** Who is told of which entry, by its name in Latin-1. */
  readonly listeners: Map<string, Set<() => void>>;
  /** Undefined while it rests. */
  watcher: FSWatcher | undefined;
  rest: Timer | undefined;
  /** Since the last rest. */
  events: number;
}

/**
 * Tells when an entry of a directory comes or goes, for all connections of a server. However many ask about a directory, it is
 * watched once, and entries that nobody asked about cost one look into a table. One in which so much happens that its events
 * would keep everything else waiting is not watched for a while; then all who ask about it look for themselves.
 */
export class DirectoryWatches {
  readonly #clock: Pick<Clock, 'after'>;
  /** By identity. */
  readonly #watched = new Map<string, WatchedDirectory>();

  constructor(clock: Pick<Clock, 'after'>) {
    this.#clock = clock;
  }

  /** How many directories are watched. */
  get size(): number {
    return this.#watched.size;
  }

  /**
   * @param identity What the system calls the directory now: under a path that was renamed stands another one.
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
    const watched = this.#watched.get(identity) ?? this.#begin(identity, directory);
    if (watched === undefined) return undefined;
    const entry = name.toString('latin1');
    const told = watched.listeners.get(entry) ?? new Set();
    watched.listeners.set(entry, told.add(onChanged));
    return () => {
      told.delete(onChanged);
      if (told.size === 0 && watched.listeners.get(entry) === told) watched.listeners.delete(entry);
      if (watched.listeners.size === 0) this.#end(identity, watched);
    };
  }

  #begin(identity: string, directory: NativePath): WatchedDirectory | undefined {
    const watched: WatchedDirectory = {
      directory,
      listeners: new Map(),
      watcher: undefined,
      rest: undefined,
      events: 0,
    };
    if (!this.#watch(identity, watched)) return undefined;
    this.#watched.set(identity, watched);
    return watched;
  }

  /** @returns false where the system refuses. */
  #watch(identity: string, watched: WatchedDirectory): boolean {
    const own = nameOf(watched.directory).toString('latin1');
    const onEvent = (type: string, name: Buffer | null): void => {
      watched.events += 1;
      // The system hands over events as long as there are any: whoever makes them without an end would have all of this program.
      if (watched.events >= MAX_WATCH_EVENTS) this.#restFrom(identity, watched);
      // What comes and goes is a rename on every system; of itself a directory tells by its own name.
      if (type !== 'rename') return;
      const entry = name?.toString('latin1');
      if (entry === undefined || entry === own) this.#tellAll(identity, watched);
      else for (const tell of [...(watched.listeners.get(entry) ?? [])]) tell();
    };
    try {
      const options = { persistent: false, encoding: 'buffer' } as const;
      watched.watcher = watch(watched.directory, options, onEvent);
      watched.watcher.on('error', () => {
        this.#tellAll(identity, watched);
      });
      return true;
    } catch {
      return false;
    }
  }

  #restFrom(identity: string, watched: WatchedDirectory): void {
    watched.watcher?.close();
    watched.watcher = undefined;
    watched.rest ??= this.#clock.after(WATCH_REST_MS, () => {
      // Under its path may be another one by now, which those who look find out.
      this.#tellAll(identity, watched);
    });
  }

  /** It may have gone; whoever still waits asks for what is there now, and has it watched anew. */
  #tellAll(identity: string, watched: WatchedDirectory): void {
    this.#end(identity, watched);
    for (const told of [...watched.listeners.values()]) for (const tell of [...told]) tell();
  }

  #end(identity: string, watched: WatchedDirectory): void {
    watched.watcher?.close();
    watched.rest?.cancel();
    if (this.#watched.get(identity) === watched) this.#watched.delete(identity);
  }
}

import { ExecError } from '@holdfast/exec-protocol';
import { systemError } from '../files/error-code.js';
import type { Creation, FileFact, FileFacts, FileView } from '../files/file-facts.js';
import { parentOf } from '../files/paths.js';
import { MAX_LOOKS_IN_ONE_GO } from '../limits.js';
import type { PlaceholderStore } from './placeholder-store.js';

/** Whoever knows what is there for sandboxes alone. */
type PlaceholderRecords = Pick<PlaceholderStore, 'placeholdersIn'>;

/** The file system as it is without the placeholders of sandboxes that run now: they go when those end. */
export function viewWithoutPlaceholders(files: FileFacts, records: PlaceholderRecords): FileView {
  return {
    ...files,
    look(path) {
      const found = files.look(path);
      // Looked up after the file: its record is older than it is.
      return found === undefined || records.placeholdersIn(parentOf(path)).has(path) ? undefined : found;
    },
    inOneGo(work) {
      for (let tries = 0; tries < MAX_LOOKS_IN_ONE_GO; tries += 1) {
        const look = new OneLook(files, records);
        const result = work({
          ...files,
          directories: new Set(),
          look: (path) => look.at(path),
          readLink: (path) => look.targetAt(path),
          mayCreateIn: (directory) => look.mayCreateIn(directory),
        });
        if (look.isStillTrue()) return result;
      }
      throw new ExecError(
        'sandboxUnsupported',
        'sandbox: others start and end faster than this one can be planned; try again',
      );
    },
  };
}

/** Looks at each file once, and asks for the records of its directory before and after. */
class OneLook {
  readonly #files: FileFacts;
  readonly #records: PlaceholderRecords;
  readonly #seen = new Map<string, FileFact | undefined>();
  readonly #closed = new Map<string, boolean>();
  readonly #targets = new Map<string, string>();
  readonly #mayCreateIn = new Map<string, Creation>();
  /** By directory, as they were before anything in it was looked at. */
  readonly #placeholders = new Map<string, ReadonlySet<string>>();

  constructor(files: FileFacts, records: PlaceholderRecords) {
    this.#files = files;
    this.#records = records;
  }

  at(path: string): FileFact | undefined {
    const directory = parentOf(path);
    if (path !== '/' && this.#isClosed(directory))
      throw systemError('EACCES', `${directory} lets nobody in that is confined`);
    const placeholders = this.#placeholders.get(directory) ?? this.#records.placeholdersIn(directory);
    this.#placeholders.set(directory, placeholders);
    if (!this.#seen.has(path)) this.#seen.set(path, this.#files.look(path));
    return placeholders.has(path) ? undefined : this.#seen.get(path);
  }

  /** Whether a directory, or one above it, lets nobody in that is confined. */
  #isClosed(directory: string): boolean {
    if (this.#files.isClosed === undefined) return false;
    const known = this.#closed.get(directory);
    if (known !== undefined) return known;
    const isAboveClosed = directory !== '/' && this.#isClosed(parentOf(directory));
    const answer = isAboveClosed || this.#closesItself(directory);
    this.#closed.set(directory, answer);
    return answer;
  }

  #closesItself(directory: string): boolean {
    try {
      const found = this.at(directory);
      return found !== undefined && this.#files.isClosed?.(found) === true;
    } catch {
      // The look at what is in it fails as well, and says why.
      return false;
    }
  }

  targetAt(link: string): string {
    const target = this.#targets.get(link) ?? this.#files.readLink(link);
    this.#targets.set(link, target);
    return target;
  }

  mayCreateIn(directory: string): Creation {
    const known = this.#mayCreateIn.get(directory);
    if (known !== undefined) return known;
    const may = this.#files.mayCreateIn(directory);
    this.#mayCreateIn.set(directory, may);
    return may;
  }

  /** A record is there before its placeholder and until after it: where none came or went, no file was taken for what it is not. */
  isStillTrue(): boolean {
    const now = new Map([...this.#placeholders.keys()].map((at) => [at, this.#records.placeholdersIn(at)]));
    return [...this.#seen.keys()].every((path) => {
      const directory = parentOf(path);
      return this.#placeholders.get(directory)?.has(path) === now.get(directory)?.has(path);
    });
  }
}

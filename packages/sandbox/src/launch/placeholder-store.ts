import { randomUUID } from 'node:crypto';
import {
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmdirSync,
  rmSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { ExecError } from '@holdfast/exec-protocol';
import type { Placeholder } from '../linux/plan-mounts.js';

/** Placeholders that one launch holds. */
export interface HeldPlaceholders {
  /** Removes those that nobody else holds; may be called twice. */
  release(): void;
}

interface PlaceholderRecord {
  readonly pid: number;
  /** Tells a process from a later one with the same number. */
  readonly started: string;
  readonly placeholders: readonly Placeholder[];
}

const LOCK_WAIT_MS = 5_000;
const LOCK_POLL_MS = 1;

/**
 * Where the records of a user go: a directory that the system empties at its start.
 * @param runtimeFolder XDG_RUNTIME_DIR, if it is set.
 */
export function placeholderFolder(uid: number, runtimeFolder: string | undefined, temporary: string): string {
  if (runtimeFolder?.startsWith('/') === true) return path.join(runtimeFolder, 'holdfast');
  return uid === 0 ? '/run/holdfast' : path.join(temporary, `holdfast-${uid}`);
}

/**
 * Makes what stands at missing paths while sandboxes run, and removes it again. A record on disk says who holds what:
 * one sandbox never removes what another one has mounted over, and the next start removes what a killed one left.
 */
export class PlaceholderStore {
  readonly #folder: string;
  /** What records say; none is ever changed. */
  #known: ReadonlyMap<string, readonly string[]> = new Map();

  /**
   * @param folder A directory for the records; it is made if it is missing. No sandbox may write there.
   * @throws Error when somebody else could have put something there.
   */
  constructor(folder: string) {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    const { uid, mode } = lstatSync(folder);
    if (uid !== process.getuid?.() || (mode & 0o170077) !== 0o040000) {
      throw new Error(`${folder} must be a directory of this user with mode 0700; remove it or correct it`);
    }
    this.#folder = folder;
  }

  /** Where the records are. */
  get folder(): string {
    return this.#folder;
  }

  /**
   * Makes the placeholders of one launch, and removes those of processes that have died.
   * @throws ExecError `sandboxUnsupported` when one cannot be made; then none of them is left.
   */
  hold(placeholders: readonly Placeholder[]): HeldPlaceholders {
    if (placeholders.length === 0) return { release: () => undefined };
    const file = path.join(this.#folder, `${randomUUID()}.json`);
    const record: PlaceholderRecord = { pid: process.pid, started: startOf(process.pid) ?? '', placeholders };
    this.#locked(() => {
      writeFileSync(`${file}.new`, JSON.stringify(record), { mode: 0o600 });
      renameSync(`${file}.new`, file);
      try {
        placeholders.forEach(make);
      } catch (error) {
        this.#drop(file);
        throw error;
      }
      this.#repair();
    });
    return {
      release: () => {
        this.#locked(() => {
          this.#drop(file);
        });
      },
    };
  }

  /** Whether what stands at a path is there for a sandbox alone. */
  isPlaceholder(at: string): boolean {
    const files = this.#files();
    if (files.length === 0) return false;
    const known = this.#known;
    this.#known = new Map(files.map((file) => [file, known.get(file) ?? placeholdersIn(recordIn(file))]));
    return [...this.#known.values()].some((paths) => paths.includes(at));
  }

  #repair(): void {
    for (const file of this.#files()) {
      const record = recordIn(file);
      if (record === undefined || startOf(record.pid) !== record.started) this.#drop(file);
    }
  }

  /** The record goes last: until then, whoever plans knows that what he sees is a placeholder. */
  #drop(file: string): void {
    const record = recordIn(file);
    const others = this.#files().filter((other) => other !== file);
    const held = new Set(others.flatMap((other) => placeholdersIn(recordIn(other))));
    for (const placeholder of [...(record?.placeholders ?? [])].reverse()) {
      if (!held.has(placeholder.path)) remove(placeholder);
    }
    rmSync(file, { force: true });
  }

  #files(): readonly string[] {
    try {
      const names = readdirSync(this.#folder).filter((name) => name.endsWith('.json'));
      return names.map((name) => path.join(this.#folder, name));
    } catch {
      return [];
    }
  }

  #locked(work: () => void): void {
    const lock = path.join(this.#folder, 'lock');
    takeLock(lock);
    try {
      work();
    } finally {
      rmSync(lock, { force: true });
    }
  }
}

function takeLock(lock: string): void {
  const deadline = Date.now() + LOCK_WAIT_MS;
  const mine = `${process.pid} ${startOf(process.pid) ?? ''}`;
  for (;;) {
    try {
      writeFileSync(lock, mine, { flag: 'wx', mode: 0o600 });
      return;
    } catch (error) {
      if (!hasCode(error, 'EEXIST')) throw error;
    }
    const [pid = '', started] = (readText(lock) ?? '').split(' ');
    // An empty lock is one that is being written.
    const isStale = pid !== '' && startOf(Number(pid)) !== started;
    if (isStale || Date.now() > deadline) rmSync(lock, { force: true });
    else Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, LOCK_POLL_MS);
  }
}

function make(placeholder: Placeholder): void {
  try {
    if (placeholder.kind === 'directory') mkdirSync(placeholder.path, { mode: 0o755 });
    else writeFileSync(placeholder.path, placeholder.text, { flag: 'wx', mode: 0o644 });
  } catch (error) {
    // Another sandbox made it, or it came up since the plan was made: it is covered either way.
    if (hasCode(error, 'EEXIST')) return;
    const why = error instanceof Error && 'code' in error ? String(error.code) : String(error);
    throw new ExecError(
      'sandboxUnsupported',
      `sandbox: ${placeholder.path} must not be created by the command, and cannot be kept from it (${why}); let this user write its directory, or do not allow the command to`,
      { cause: error },
    );
  }
}

/** Only what is still as it was made goes: whatever has other content is no placeholder of ours. */
function remove(placeholder: Placeholder): void {
  try {
    if (placeholder.kind === 'directory') rmdirSync(placeholder.path);
    else if (readText(placeholder.path) === placeholder.text) unlinkSync(placeholder.path);
  } catch (error) {
    if (!['ENOENT', 'ENOTEMPTY', 'EEXIST', 'ENOTDIR', 'EBUSY'].some((code) => hasCode(error, code)))
      throw error;
  }
}

function placeholdersIn(record: PlaceholderRecord | undefined): readonly string[] {
  return (record?.placeholders ?? []).map((placeholder) => placeholder.path);
}

function recordIn(file: string): PlaceholderRecord | undefined {
  const text = readText(file);
  try {
    return text === undefined ? undefined : (JSON.parse(text) as PlaceholderRecord);
  } catch {
    return undefined;
  }
}

function readText(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}

/** When a process was started, in ticks since boot; undefined when there is none. */
function startOf(pid: number): string | undefined {
  const stat = readText(`/proc/${pid}/stat`);
  return stat?.slice(stat.lastIndexOf(')') + 2).split(' ')[19];
}

function hasCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code;
}

import { homedir } from 'node:os';
import type { FileFacts } from '../files/file-facts.js';
import { childOf } from '../files/paths.js';

/** Turns what configs name into paths. */
export class ConfigPaths {
  readonly #files: FileFacts;
  #homes: ReadonlyMap<string, string> | undefined;

  constructor(files: FileFacts) {
    this.#files = files;
  }

  /** The path that a config names by a value, where git is in `base` when it reads it. */
  absolute(value: string, base: string): string {
    if (isRelative(value)) return childOf(base, value);
    if (value.startsWith('/')) return value;
    const [user = '', ...names] = value.slice(1).split('/');
    const home = user === '' ? homedir() : this.#homeOf(user);
    return home === undefined ? childOf(base, value) : [home, ...names].join('/');
  }

  /** As the table of users has it; a directory service is not asked. */
  #homeOf(user: string): string | undefined {
    this.#homes ??= homesIn(this.#files.readText('/etc/passwd') ?? '');
    return this.#homes.get(user);
  }
}

/** Whether it depends on where git is. */
export function isRelative(value: string): boolean {
  return !value.startsWith('/') && !value.startsWith('~');
}

function homesIn(table: string): ReadonlyMap<string, string> {
  const lines = table.split('\n').map((line) => line.split(':'));
  return new Map(lines.map(([user = '', , , , , home = '']) => [user, home]));
}

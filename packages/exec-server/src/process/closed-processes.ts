import type { ManagedProcess } from './managed-process.js';

/** Closed processes that stay readable, each with what is known of its stay, by the sessions that started them. */
export class ClosedProcesses<T> {
  /** Of each session, the one that closed first before the others. */
  readonly #sessions = new Map<string, Map<ManagedProcess, T>>();
  /** Sessions by how many they have; of several, the one that has had so many for longest first. */
  readonly #byCount = new Map<number, Set<string>>();
  /** How many the session has that has most. */
  #most = 0;
  #size = 0;

  get size(): number {
    return this.#size;
  }

  has(process: ManagedProcess): boolean {
    return this.#sessions.get(process.traits.session)?.has(process) ?? false;
  }

  /** Adds one that is not here. */
  add(process: ManagedProcess, stay: T): void {
    const { session } = process.traits;
    const own = this.#sessions.get(session) ?? new Map<ManagedProcess, T>();
    this.#sessions.set(session, own.set(process, stay));
    this.#size += 1;
    this.#move(session, own.size - 1, own.size);
  }

  /** Takes one out. @returns what is known of its stay; undefined for one that is not here. */
  take(process: ManagedProcess): T | undefined {
    const { session } = process.traits;
    const own = this.#sessions.get(session);
    const stay = own?.get(process);
    if (own?.delete(process) !== true) return undefined;
    if (own.size === 0) this.#sessions.delete(session);
    this.#size -= 1;
    this.#move(session, own.size + 1, own.size);
    return stay;
  }

  /** Whose stay ends first where there are too many: of the session with most, the one that closed first. */
  get firstToGo(): ManagedProcess | undefined {
    const [session] = this.#byCount.get(this.#most) ?? [];
    const [first] = this.#sessions.get(session ?? '')?.keys() ?? [];
    return first;
  }

  #move(session: string, before: number, now: number): void {
    const left = this.#byCount.get(before);
    left?.delete(session);
    if (left?.size === 0) this.#byCount.delete(before);
    if (now > 0) this.#byCount.set(now, (this.#byCount.get(now) ?? new Set()).add(session));
    if (now > this.#most || !this.#byCount.has(this.#most)) this.#most = now;
  }
}

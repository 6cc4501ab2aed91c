import type { FileFacts } from '../files/file-facts.js';
import { ownDoor } from '../files/own-door.js';
import type { AppearedKind } from './appeared.js';
import type { Findings } from './findings.js';
import { withoutLinks } from './own-doing.js';

/** Places of which nobody can tell any more what stands there, since a directory above has been shut. */
export class KeptOutPlaces {
  readonly #files: ReturnType<typeof withoutLinks>;
  /** Directories of this user that keep it out: nothing that it starts gets past those of others. */
  readonly #doors = new Map<string, AppearedKind>();

  constructor(files: FileFacts) {
    this.#files = withoutLinks(files);
  }

  /** @param kind What could have appeared there. @param path One at which a look fails. */
  add(kind: AppearedKind, path: string): void {
    const door = ownDoor(path, this.#files)?.path;
    if (door !== undefined && !this.#doors.has(door)) this.#doors.set(door, kind);
  }

  /** Tells of the directories, but for those that have been told for something else. */
  tell(findings: Findings): void {
    for (const [door, kind] of this.#doors) if (!findings.isTold(door)) findings.add(kind, door, nowShut);
  }
}

function nowShut(path: string): string {
  return `${path} cannot be looked into any more, and what was kept as it was in it, or what git outside runs, may be something else now; let this user read and enter it (chmod u+rx)`;
}

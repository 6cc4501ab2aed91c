import type { Executor } from './executor.js';
import { same } from './expect.js';
import { base64, decoded } from './wire/events.js';
import type { Answer } from './wire/message.js';
import type { Session } from './wire/session.js';

/** A new directory of the workspace, for the files of one case. */
export class Place {
  readonly uri: string;
  readonly #session: Session;

  private constructor(session: Session, uri: string) {
    this.#session = session;
    this.uri = uri;
  }

  /** @param make A shell script that fills the directory. */
  static async make(session: Session, { workspace }: Executor, make = ':'): Promise<Place> {
    const { stdout } = await session.run('basename "$(mktemp -d ./place-XXXXXX)"', { cwd: workspace });
    const place = new Place(session, `${workspace}/${stdout.trimEnd()}`);
    await place.sh(make);
    return place;
  }

  /** The URI of an entry; `path` is written as URIs are. */
  at(path: string): string {
    return `${this.uri}/${path}`;
  }

  /** Runs a shell script in the directory; it must succeed. @returns its stdout, each character one byte. */
  async sh(script: string): Promise<string> {
    const run = await this.#session.run(script, { cwd: this.uri });
    same(`the exit code of ${JSON.stringify(script)}`, [run.exitCode, run.stderr], [0, '']);
    return run.stdout;
  }

  /** Asks a method of files about one path. */
  ask(method: string, path: string, params: Readonly<Record<string, unknown>> = {}): Promise<Answer> {
    return this.#session.request(method, { path: this.at(path), ...params });
  }

  write(path: string, text: string): Promise<Answer> {
    return this.ask('fs/writeFile', path, { dataBase64: base64(text) });
  }
}

/** The content in an answer to `fs/readFile`, each character one byte. */
export function contentOf({ result }: Answer): string {
  return decoded((result as { readonly dataBase64?: unknown } | undefined)?.dataBase64);
}

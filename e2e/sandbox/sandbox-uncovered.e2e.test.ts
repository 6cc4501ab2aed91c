import {
  linkSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect, test, vi } from 'vitest';
import { startServer } from '../harness.js';
import type { Answer } from '../raw-client.js';
import { base64 } from '../runs.js';
import {
  type Entry,
  restricted,
  type SandboxPlace,
  sandboxOf,
  sandboxPlace,
  special,
  WORKSPACE_WRITE,
} from './sandbox-profiles.js';
import { describeConfinedByEach } from './sandbox-users.js';

vi.setConfig({ testTimeout: 120_000 });

/** The workspace can be written, but for what has these names. */
const denying = (...names: readonly string[]): object =>
  restricted([
    special('root', 'read'),
    special('project_roots', 'write'),
    ...names.map((name): Entry => special('project_roots', 'none', name)),
  ]);

describeConfinedByEach(
  ({ name }) => `what somebody outside does to files that ${name} covers`,
  (user) => {
    async function inPlace(run: (files: Files, place: SandboxPlace) => Promise<void>): Promise<void> {
      await using place = await sandboxPlace(user);
      await using server = await startServer(place.server);
      await using client = await server.connect();
      await client.initialize({ files: 1 });
      await run(new Files((method, params) => client.request(method, params), place), place);
    }

    test('shows nothing of a denied file that an editor saves by a rename', async () => {
      await inPlace(async (files, { workspace }) => {
        const sandbox = denying('key', 'private', 'a/b/private');
        const at = (name: string): string => join(workspace, name);
        mkdirSync(at('private'));
        mkdirSync(at('a/b/private'), { recursive: true });
        const denied = ['key', 'private/key', 'a/b/private/key'];
        for (const name of denied) writeFileSync(at(name), 'secret');
        const attempts = async (): Promise<unknown> => [
          ...(await Promise.all(denied.map((name) => files.read(name, sandbox)))),
          ...(await Promise.all(denied.map((name) => files.write(name, sandbox)))),
        ];
        const refused = denied.map(() => 'fileAccessDenied');
        // What lies in a denied directory is refused as that is, and so is what would be made there.
        const all = [...refused, ...refused];
        expect(await attempts()).toEqual(all);
        writeFileSync(at('key.new'), 'another secret');
        renameSync(at('key.new'), at('key'));
        renameSync(at('private'), at('private.old'));
        mkdirSync(at('private'));
        writeFileSync(at('private/key'), 'another secret');
        renameSync(at('a'), at('a.old'));
        mkdirSync(at('a/b/private'), { recursive: true });
        writeFileSync(at('a/b/private/key'), 'another secret');
        expect(await attempts()).toEqual(all);
        expect(denied.map((name) => readFileSync(at(name), 'utf8'))).toEqual(
          denied.map(() => 'another secret'),
        );
      });
    });

    test('shows nothing of a denied file that is removed and comes back as the very same file', async () => {
      await inPlace(async (files, { workspace }) => {
        const sandbox = denying('key');
        const [key, copy] = [join(workspace, 'key'), join(workspace, 'key.link')];
        writeFileSync(key, 'secret', { mode: 0o666 });
        expect(await files.read('key', sandbox)).toBe('fileAccessDenied');
        linkSync(key, copy);
        rmSync(key);
        renameSync(copy, key);
        expect(await files.read('key', sandbox)).toBe('fileAccessDenied');
      });
    });

    test('makes nothing possible where nothing may be created', async () => {
      await inPlace(async (files, { workspace }) => {
        const planted = ['.codex/config.toml', '.envrc', '.vscode/settings.json'];
        expect(await files.write('first', WORKSPACE_WRITE)).toBe('done');
        for (const name of readdirSync(workspace).filter((entry) => entry.startsWith('.')))
          rmSync(join(workspace, name), { recursive: true });
        await files.makeDirectory('.codex', WORKSPACE_WRITE);
        expect(
          await Promise.all(planted.map(async (name) => await files.write(name, WORKSPACE_WRITE))),
        ).not.toContain('done');
        expect(planted.filter((name) => isFile(join(workspace, name)))).toEqual([]);
      });
    });

    test('leaves a file that is open as it is', async () => {
      await inPlace(async (files, { workspace }) => {
        const sandbox = denying('key');
        writeFileSync(join(workspace, 'key'), 'secret');
        await files.open('note', sandbox);
        writeFileSync(join(workspace, 'key.new'), 'another secret');
        renameSync(join(workspace, 'key.new'), join(workspace, 'key'));
        expect(await files.read('key', sandbox)).toBe('fileAccessDenied');
        expect(await files.writeOpen('text')).toBe('done');
        expect(readFileSync(join(workspace, 'note'), 'utf8')).toBe('text');
      });
    });
  },
);

/** File requests in the workspace, each answered by the kind of its error. */
class Files {
  readonly #ask: (method: string, params: object) => Promise<Answer>;
  readonly #place: SandboxPlace;

  constructor(ask: (method: string, params: object) => Promise<Answer>, place: SandboxPlace) {
    this.#ask = ask;
    this.#place = place;
  }

  async read(name: string, permissions: object): Promise<unknown> {
    return await this.#do('fs/readFile', name, permissions);
  }

  async write(name: string, permissions: object): Promise<unknown> {
    return await this.#do('fs/writeFile', name, permissions, { dataBase64: base64('planted') });
  }

  async makeDirectory(name: string, permissions: object): Promise<unknown> {
    return await this.#do('fs/createDirectory', name, permissions);
  }

  /** Opens the one file that `writeOpen` writes. */
  async open(name: string, permissions: object): Promise<unknown> {
    return await this.#do('fs/open', name, permissions, { handleId: 'open', mode: 'replace' });
  }

  async writeOpen(text: string): Promise<unknown> {
    return kindOf(await this.#ask('fs/writeBlock', { handleId: 'open', offset: 0, chunk: base64(text) }));
  }

  async #do(method: string, name: string, permissions: object, more: object = {}): Promise<unknown> {
    const path = pathToFileURL(join(this.#place.workspace, name)).href;
    const sandbox = sandboxOf(permissions, this.#place);
    return kindOf(await this.#ask(method, { path, ...more, sandbox }));
  }
}

function kindOf({ error }: Answer): unknown {
  return (error?.data as { readonly kind: string } | undefined)?.kind ?? 'done';
}

function isFile(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isFile() === true;
}

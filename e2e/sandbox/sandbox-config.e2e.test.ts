import { chownSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect, test } from 'vitest';
import { startServer } from '../harness.js';
import type { Answer, RawClient } from '../raw-client.js';
import { type Entry, restricted, type SandboxPlace, sandboxPlace, special } from './sandbox-profiles.js';
import { describeConfinedByEach } from './sandbox-users.js';

describeConfinedByEach(
  ({ name }) => `below a ceiling, on a server of ${name}, the configuration of the Codex CLI`,
  (user) => {
    /** Everything can be read but a directory, and the Codex home written. */
    async function belowCeiling(run: (client: RawClient, place: CodexPlace) => Promise<void>): Promise<void> {
      await using place = await sandboxPlace(user);
      const home = join(place.outside, 'codex');
      const denied = join(place.outside, 'denied');
      for (const directory of [home, denied]) {
        mkdirSync(directory);
        chownSync(directory, user.uid ?? 0, user.uid ?? 0);
      }
      const entry = (path: string, access: string): Entry => ({
        path: { type: 'path', path: pathToFileURL(path).href },
        access,
      });
      const permissions = restricted([special('root', 'read'), entry(home, 'write'), entry(denied, 'deny')]);
      const file = join(place.path, 'ceiling.json');
      writeFileSync(file, JSON.stringify({ permissions }));
      const env = { ...place.server.env, CODEX_HOME: home, SECRET: 'secret of the server' };
      await using server = await startServer({ ...place.server, env, args: ['--sandbox-ceiling', file] });
      await using client = await server.connect();
      await client.initialize();
      await run(client, { ...place, home, denied });
    }

    test('is told where the ceiling lets it be read', async () => {
      await belowCeiling(async (client, { home }) => {
        writeFileSync(join(home, 'dotfile'), 'key = "told"\nother = 1\n');
        symlinkSync('dotfile', join(home, 'config.toml'));
        expect(layersOf(await read(client))).toEqual(['key = "told"\n']);
        rmSync(join(home, 'config.toml'));
        expect(layersOf(await read(client))).toEqual([]);
      });
    });

    test('is not what a link leads to that the ceiling denies', async () => {
      await belowCeiling(async (client, { home, denied }) => {
        const config = join(home, 'config.toml');
        writeFileSync(join(denied, 'secret'), 'key = "secret"\n');
        symlinkSync(join(denied, 'secret'), config);
        const { error, result } = await read(client);
        expect([result, error?.code, error?.message]).toEqual([
          undefined,
          -32603,
          expect.stringMatching(
            /^\S+\/config\.toml cannot be read: .*; the ceiling of this server may be why, which its operator can widen \(--sandbox-ceiling\)$/,
          ),
        ]);
      });
    });

    test('shows nothing of what is no configuration, such as the environment of the server', async () => {
      await belowCeiling(async (client, { home }) => {
        const config = join(home, 'config.toml');
        symlinkSync('/proc/self/environ', config);
        const { result, error } = await read(client);
        expect([result, error?.message]).toEqual([
          undefined,
          expect.stringMatching(
            /^\S+ cannot be read: Invalid TOML document: [a-z -]+ \(line 1, column \d+\)$/,
          ),
        ]);
      });
    });
  },
);

interface CodexPlace extends SandboxPlace {
  /** Of the Codex CLI. */
  readonly home: string;
  /** What the ceiling denies. */
  readonly denied: string;
}

async function read(client: RawClient): Promise<Answer> {
  const params = { cwd: 'file:///', configPaths: [['key'], ['SECRET']], requirementsPaths: [] };
  return await client.request('environmentConfig/read', params);
}

function layersOf({ result }: Answer): unknown {
  const { config } = result as { readonly config: { readonly layers: readonly { readonly toml: string }[] } };
  return config.layers.map(({ toml }) => toml);
}

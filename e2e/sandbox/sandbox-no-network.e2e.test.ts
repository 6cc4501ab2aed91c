import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect, test } from 'vitest';
import { startServer } from '../harness.js';
import { MARK_VARIABLE, markedProcesses } from '../process-table.js';
import { PATH, startParams } from '../runs.js';
import { runConfined, sandboxOf, sandboxPlace, WORKSPACE_WRITE } from './sandbox-profiles.js';
import { describeConfinedByEach } from './sandbox-users.js';

const REAL = execFileSync('/bin/sh', ['-c', 'command -v bwrap || true'], { encoding: 'utf8' }).trim();
/** Bubblewrap that lets nobody open a port below 1024 inside of a managed network. */
const WITHOUT_LOW_PORTS = `#!/bin/sh
for word; do
  shift
  case "$word" in
    --cap-add) word=--cap-drop ;;
    CAP_NET_BIND_SERVICE) word=ALL ;;
  esac
  set -- "$@" "$word"
done
exec ${REAL} "$@"
`;

describeConfinedByEach(
  ({ name }) => `a managed network that cannot be had, for processes that ${name} confines`,
  (user) => {
    test('S09 is refused when the port of its proxy cannot be opened, and nothing runs with another network instead', async () => {
      await using place = await sandboxPlace(user);
      const programs = join(place.path, 'programs');
      mkdirSync(programs);
      writeFileSync(join(programs, 'bwrap'), WITHOUT_LOW_PORTS, { mode: 0o755 });
      const env = { ...place.server.env, HOLDFAST_BWRAP: join(programs, 'bwrap') };
      await using server = await startServer({ ...place.server, env });
      await using client = await server.connect();
      await client.initialize();
      const params = startParams(client, 'p', ['/bin/sh', '-c', 'touch started'], {
        cwd: pathToFileURL(place.workspace).href,
        sandbox: sandboxOf(WORKSPACE_WRITE, place),
        env: { PATH, [MARK_VARIABLE]: client.mark, HTTP_PROXY: 'http://127.0.0.1:80' },
        enforceManagedNetwork: true,
      });
      expect(await client.request('process/start', params)).toEqual({
        error: {
          code: -32602,
          message: 'network: none could be made for the command: port 80 cannot be opened inside (EACCES)',
          data: { kind: 'sandboxUnsupported' },
        },
      });
      expect([readdirSync(place.workspace), markedProcesses(client.mark)]).toEqual([[], []]);
      // It is the network alone that is missing.
      expect(await runConfined(client, 'echo confined', place)).toMatchObject({ stdout: 'confined\n' });
    });
  },
);

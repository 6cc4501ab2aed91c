import { once } from 'node:events';
import { existsSync, mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { eventually, within } from '../deadline.js';
import { runHoldfast, spawnHoldfast, startServer } from '../harness.js';
import { namingProcesses, noneMarked, survivors } from '../process-table.js';
import { dialWebSocket } from '../raw-client.js';
import { finish, PATH } from '../runs.js';
import { managedNetwork } from './managed-network.js';
import {
  runConfined,
  type SandboxPlace,
  sandboxPlace,
  startConfined,
  WORKSPACE_WRITE,
} from './sandbox-profiles.js';
import { describeConfined, WHOEVER_TESTS } from './sandbox-users.js';

/** Real sandboxes are planned and started, one after the other, on a machine that may be busy. */
const DEADLINE_MS = 120_000;

/** Whatever might be run on this machine to set a sandbox up, or beside one. */
const PROGRAMS = 'bwrap nsenter unshare setpriv env sh bash git mkfifo ps pgrep stty setsid node cat sleep';

/** Has a command put programs where the PATH begins; each leaves a sign outside when it is run. */
function planting({ workspace, outside }: SandboxPlace): string {
  const lines = ['#!/bin/sh', `: > ${outside}/\${0##*/}`, `PATH=${PATH} exec "\${0##*/}" "$@"`];
  const written = `printf '%s\\n' ${lines.map((line) => `'${line}'`).join(' ')} > $program`;
  return `cd ${workspace}/bin && for program in ${PROGRAMS}; do ${written}; chmod +x $program; done`;
}

describeConfined('programs that a confined command has put on the PATH', WHOEVER_TESTS, () => {
  test(
    'are not run by the next `holdfast sandbox`',
    async () => {
      await using place = await sandboxPlace(WHOEVER_TESTS);
      mkdirSync(join(place.workspace, 'bin'));
      const options = { env: { ...place.server.env, PATH: `${join(place.workspace, 'bin')}:${PATH}` } };
      const inWorkspace = (...words: readonly string[]): ReturnType<typeof runHoldfast> =>
        runHoldfast(['sandbox', '--write', place.workspace, ...words], options);
      expect(await inWorkspace('--', '/bin/sh', '-c', planting(place))).toEqual({
        code: 0,
        stdout: '',
        stderr: '',
      });
      expect(existsSync(join(place.workspace, 'bin', 'bwrap'))).toBe(true);
      const ran = { code: 0, stdout: 'ran\n', stderr: '' };
      expect(await inWorkspace('--', '/bin/echo', 'ran')).toEqual(ran);
      expect(await inWorkspace('--allow-host', 'example.org', '--', '/bin/echo', 'ran')).toEqual(ran);
      expect(readdirSync(place.outside)).toEqual([]);
    },
    DEADLINE_MS,
  );

  test(
    'are not run by a server, whose PATH it is, too',
    async () => {
      await using place = await sandboxPlace(WHOEVER_TESTS);
      mkdirSync(join(place.workspace, 'bin'));
      const env = { ...place.server.env, PATH: `${join(place.workspace, 'bin')}:${PATH}` };
      {
        await using server = await startServer({ env });
        await using client = await server.connect();
        await client.initialize();
        expect((await runConfined(client, planting(place), place)).exitCode).toBe(0);
      }
      await using server = await startServer({ env });
      await using client = await server.connect();
      await client.initialize({ signals: 1 });
      expect((await runConfined(client, 'echo ran', place)).stdout).toBe('ran\n');
      const network = managedNetwork({ 'example.org': 'allow' });
      await startConfined(client, 'n', ['/bin/echo', 'ran'], place, WORKSPACE_WRITE, network);
      expect((await finish(client, 'n')).exitCode).toBe(0);
      await startConfined(client, 't', ['/bin/echo', 'ran'], place, WORKSPACE_WRITE, { tty: true });
      expect((await finish(client, 't')).exitCode).toBe(0);
      expect(readdirSync(place.outside)).toEqual([]);
    },
    DEADLINE_MS,
  );

  test(
    'are not run by the guardian of a server that is killed',
    async () => {
      await using place = await sandboxPlace(WHOEVER_TESTS);
      mkdirSync(join(place.workspace, 'bin'));
      const planted = { TMPDIR: join(place.path, 'run'), ...place.server.env };
      const server = spawnHoldfast(['serve', '--no-auth'], {
        ...planted,
        PATH: `${join(place.workspace, 'bin')}:${PATH}`,
      });
      server.stderr.resume();
      const [line] = (await within('the URL', once(server.stdout, 'data'))) as [Buffer];
      const client = await dialWebSocket(line.toString().trim());
      await client.initialize();
      expect((await runConfined(client, planting(place), place)).exitCode).toBe(0);
      await startConfined(client, 'p', ['/bin/sleep', '600'], place);
      const guardians = namingProcesses('holdfast-guardian').filter(
        ({ parentPid }) => parentPid === server.pid,
      );
      expect(guardians).toHaveLength(1);
      server.kill('SIGKILL');
      await noneMarked(client.mark);
      await eventually('the end of the guardian', () => survivors(guardians).length === 0 || undefined);
      expect(readdirSync(place.outside)).toEqual([]);
    },
    DEADLINE_MS,
  );
});

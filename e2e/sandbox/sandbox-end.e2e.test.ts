import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { within } from '../deadline.js';
import { runHoldfast, spawnHoldfast, startServer } from '../harness.js';
import { MARK_VARIABLE, markedProcesses, noneMarked } from '../process-table.js';
import { dialWebSocket } from '../raw-client.js';
import { eventsOf, outputContains } from '../runs.js';
import { sandboxPlace, startConfined } from './sandbox-profiles.js';
import { describeConfined, WHOEVER_TESTS } from './sandbox-users.js';

/** The first process of the sandbox has the lowest share of a processor that there is, and has to get its turn. */
const STARVED_MS = 150_000;

/**
 * Keeps the first process of its sandbox from the processor, so that it cannot end, and goes on in a process that tries to
 * make what must not be made. The command itself ends.
 */
const HOG = `
  exec > /dev/null 2>&1
  for file in /proc/[0-9]*/autogroup; do echo 19 > $file; done
  chrt --idle --pid 0 1
  taskset -pc 0 1
  for i in 1 2 3 4 5 6 7 8; do setsid taskset -c 0 sh -c 'while :; do :; done' & done
  setsid sh -c 'while :; do mkdir -p .claude && echo made > .claude/settings.json; done' &
  sleep 0.5
`;

describeConfined('the end of a sandbox', WHOEVER_TESTS, () => {
  test(
    'is told when nothing of it is left, whatever the command did to hold it up',
    async () => {
      await using place = await sandboxPlace(WHOEVER_TESTS);
      await using server = await startServer(place.server);
      await using client = await server.connect();
      await client.initialize();
      await startConfined(client, 'p', ['/bin/sh', '-c', `${HOG}exit 7`], place);
      const events = await eventsOf(client, 'p', STARVED_MS);
      const left = markedProcesses(client.mark).map(({ command }) => command);
      expect([events.at(-2)?.params?.['exitCode'], left, readdirSync(place.workspace)]).toEqual([7, [], []]);
    },
    2 * STARVED_MS,
  );

  test('comes soon after that of a server that was killed', async () => {
    await using place = await sandboxPlace(WHOEVER_TESTS);
    const env = { TMPDIR: join(place.path, 'run'), ...place.server.env };
    const server = spawnHoldfast(['serve', '--no-auth'], env);
    server.stderr.resume();
    const [line] = (await within('the URL', once(server.stdout, 'data'))) as [Buffer];
    const client = await dialWebSocket(line.toString().trim());
    await client.initialize();
    await startConfined(client, 'p', ['/bin/sh', '-c', `exec 3>&1; ${HOG} echo busy >&3; wait`], place);
    await outputContains(client, 'p', 'busy');
    server.kill('SIGKILL');
    await noneMarked(client.mark, STARVED_MS);
  });

  test(
    'comes before that of the program that runs it',
    async () => {
      await using place = await sandboxPlace(WHOEVER_TESTS);
      const script = `cd ${place.workspace}; ${HOG}exit 7`;
      const mark = randomUUID();
      const command = ['--write', place.workspace, '--', 'sh', '-c', script];
      const run = { env: { [MARK_VARIABLE]: mark }, limitMs: STARVED_MS };
      const { code } = await runHoldfast(['sandbox', ...command], run);
      const left = markedProcesses(mark).map((process) => process.command);
      expect([code, left, readdirSync(place.workspace)]).toEqual([7, [], []]);
    },
    2 * STARVED_MS,
  );
});

import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { eventually } from '../deadline.js';
import { PROGRAM, SCRIPT, startServer, temporaryDirectory } from '../harness.js';
import {
  furnishJobs,
  holdJobs,
  INTERACTIVE_SHELL,
  type Keyboard,
  SHELL_CODE,
  SHELL_ENVIRONMENT,
} from '../job-control.js';
import { MARK_VARIABLE } from '../process-table.js';
import type { RawClient } from '../raw-client.js';
import { base64, eventsOf, PATH, textOf } from '../runs.js';
import { openTerminalSession } from '../terminal-session.js';
import { sandboxPlace, startConfined, WORKSPACE_WRITE } from './sandbox-profiles.js';
import { describeConfined, describeConfinedByEach, WHOEVER_TESTS } from './sandbox-users.js';

/** The terminal of a process of the server. */
function keyboardOf(client: RawClient, processId: string): Keyboard {
  let [unseen, writes] = ['', 0];
  return {
    async until(text) {
      await eventually(`${JSON.stringify(text)} on the terminal`, async () => {
        if (!unseen.includes(text)) unseen += textOf([await client.nextEvent('process/output', processId)]);
        return unseen.includes(text) || undefined;
      });
      unseen = unseen.slice(unseen.indexOf(text) + text.length);
    },
    async type(text) {
      const params = { processId, chunk: base64(text), writeId: String((writes += 1)) };
      expect(await client.request('process/write', params)).toEqual({ result: { status: 'accepted' } });
    },
    async resize(rows, cols) {
      expect(await client.request('process/resize', { processId, size: { rows, cols } })).toEqual({
        result: {},
      });
    },
  };
}

describeConfinedByEach(
  ({ name }) => `a terminal in a sandbox, as ${name}`,
  (user) => {
    test('is the terminal of its command: /dev/tty, jobs and sizes, by the wire', async () => {
      await using place = await sandboxPlace(user);
      furnishJobs(place.workspace);
      await using server = await startServer(place.server);
      await using client = await server.connect();
      await client.initialize({ pty: 1 });
      const options = { tty: true, env: { PATH, [MARK_VARIABLE]: client.mark, ...SHELL_ENVIRONMENT } };
      await startConfined(client, 'p', INTERACTIVE_SHELL, place, WORKSPACE_WRITE, options);
      await holdJobs(keyboardOf(client, 'p'));
      const exited = (await eventsOf(client, 'p')).find(({ method }) => method === 'process/exited');
      expect(exited?.params?.['exitCode']).toBe(SHELL_CODE);
    });
  },
);

describeConfined('holdfast sandbox on a terminal', WHOEVER_TESTS, () => {
  test.runIf(existsSync(SCRIPT))('leaves it to its command: /dev/tty, jobs and sizes', async () => {
    await using place = await temporaryDirectory();
    const workspace = join(place.path, 'workspace');
    mkdirSync(workspace);
    furnishJobs(workspace);
    const argv = [process.execPath, PROGRAM, 'sandbox', '--write', workspace, '--', ...INTERACTIVE_SHELL];
    const env = { PATH, HOME: place.path, TMPDIR: place.path, ...SHELL_ENVIRONMENT };
    const session = await openTerminalSession(argv, { cwd: workspace, env });
    await holdJobs(session.keyboard);
    expect(await session.end()).toBe(SHELL_CODE);
  });

  test.runIf(existsSync(SCRIPT))(
    'gives it to no command in the background whose streams lie elsewhere',
    async () => {
      await using place = await temporaryDirectory();
      const env = { PATH, HOME: place.path, TMPDIR: place.path, ...SHELL_ENVIRONMENT };
      const session = await openTerminalSession(INTERACTIVE_SHELL, { cwd: place.path, env });
      const trial = 'if true < /dev/tty; then echo "open $((1+1))"; else echo "none $((1+1))"; fi';
      const confined = `'${process.execPath}' '${PROGRAM}' sandbox -- /bin/sh -c '${trial}'`;
      await session.keyboard.type(
        `${confined} < /dev/null > said 2> errors & wait; cat said; exit ${SHELL_CODE}\n`,
      );
      await session.keyboard.until('none 2\r\n');
      expect(await session.end()).toBe(SHELL_CODE);
    },
  );

  /** What a command does with its terminal before it ends. */
  const LEFT: readonly (readonly [string, string])[] = [
    ['in the middle of a title', "printf '\\033]2;x'"],
    [
      'with another group in front, and writing kept from all others',
      `stty tostop; exec perl -MPOSIX -e '$SIG{TTOU} = "IGNORE"; setpgid(0, 0); tcsetpgrp(0, $$)'`,
    ],
  ];

  test.runIf(existsSync(SCRIPT)).each(LEFT)(
    'tells what has appeared where the command leaves it %s, and ends as the command did',
    async (_, script) => {
      await using place = await sandboxPlace(WHOEVER_TESTS);
      const commands = `git init -q made; (${script}) || exit; exit 0`;
      const argv = ['sandbox', '--write', place.workspace, '--', '/bin/sh', '-c', commands];
      const session = await openTerminalSession([process.execPath, PROGRAM, ...argv], {
        cwd: place.workspace,
        env: { PATH, HOME: place.path, TMPDIR: place.path },
      });
      const readable = '\u0018\u001b\\\u000f\u001b(B\u001b[0m';
      await session.keyboard.until(
        `${readable}holdfast: note: ${place.workspace}/made/.git was not there before`,
      );
      expect(await session.end()).toBe(0);
    },
  );
});

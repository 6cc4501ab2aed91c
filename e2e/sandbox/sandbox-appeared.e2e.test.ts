import { appendFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { connect } from '@holdfast/exec-client';
import { expect, test } from 'vitest';
import { eventually } from '../deadline.js';
import { runHoldfast, startServer } from '../harness.js';
import { sandboxOf, sandboxPlace, WORKSPACE_WRITE } from './sandbox-profiles.js';
import { describeConfined, WHOEVER_TESTS } from './sandbox-users.js';

const DEADLINE_MS = 120_000;

describeConfined('what appears while a command runs', WHOEVER_TESTS, () => {
  test(
    'is told by the server once the command has ended, and not of a command in whose time nothing has appeared',
    async () => {
      await using place = await sandboxPlace(WHOEVER_TESTS);
      await using server = await startServer({
        ...place.server,
        logs: ['executable configuration appeared while a command ran'],
      });
      await using client = await connect(server.url);
      const reports: unknown[] = [];
      const options = {
        sandbox: { ...sandboxOf(WORKSPACE_WRITE, place) },
        cwd: place.workspace,
        onAppeared: (report: unknown): void => void reports.push(report),
      };
      await client.exec(['/bin/sh', '-c', 'git init -q made'], options);
      await eventually('the report', () => reports.length > 0 || undefined);
      await client.exec(['/bin/true'], options);
      await client.exec(['/bin/sh', '-c', 'ln -sf config made/.git/COMMIT_EDITMSG'], options);
      await eventually('another report', () => reports.length > 1 || undefined);
      const at = join(place.workspace, 'made/.git');
      const link = join(at, 'COMMIT_EDITMSG');
      expect(reports).toEqual([
        {
          found: [
            {
              kind: 'repository',
              path: pathToFileURL(at).href,
              text: `${at} was not there before, and git that is run in this repository outside runs the hooks and programs that it names`,
            },
          ],
          more: 0,
        },
        {
          found: [
            {
              kind: 'gitLink',
              path: pathToFileURL(link).href,
              text: `${link} is a link, and git outside may write where it leads, with what a command has put into ${at}; remove it`,
            },
          ],
          more: 0,
        },
      ]);
    },
    DEADLINE_MS,
  );

  test(
    'is told by `holdfast sandbox` of a missing program that a git config names, which the command can make all the same',
    async () => {
      await using place = await sandboxPlace(WHOEVER_TESTS);
      const { workspace } = place;
      const options = { env: { ...place.server.env } };
      await runHoldfast(['sandbox', '--write', workspace, '--', 'git', 'init', '-q', workspace], options);
      appendFileSync(join(workspace, '.git/config'), '[core]\n\tfsmonitor = tools/watch\n');
      const making = `mkdir ${workspace}/tools && : > ${workspace}/tools/watch`;
      const program = join(workspace, 'tools/watch');
      expect(
        await runHoldfast(['sandbox', '--write', workspace, '--', '/bin/sh', '-c', making], options),
      ).toEqual({
        code: 0,
        stdout: '',
        stderr: `holdfast: note: ${program} was not there before, and git outside runs it, since the config of ${workspace}/.git names it; look at what it holds\n`,
      });
    },
    DEADLINE_MS,
  );
});

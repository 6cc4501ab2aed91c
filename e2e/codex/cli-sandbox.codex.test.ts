import { existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { describeWithCodex } from './codex.js';
import { type CliRun, runCli } from './codex-cli.js';
import { type CommandReport, ended, execCommand, printed, sessionOf, writeStdin } from './command-tools.js';
import { SERVERS } from './test-servers.js';

function patchOf(hunks: readonly string[]): string {
  return ["apply_patch <<'EOF'", '*** Begin Patch', ...hunks, '*** End Patch', 'EOF', ''].join('\n');
}

describeWithCodex('the real CLI with a sandbox', () => {
  describe.each(SERVERS)('on $name', ({ start }) => {
    async function run(sandbox: NonNullable<CliRun['sandbox']>, script: CliRun['script']): Promise<void> {
      await using server = await start();
      const { exitCode, outside } = await runCli({ url: server.url, sandbox, script });
      expect({ exitCode, outside }).toEqual({ exitCode: 0, outside: [] });
    }

    /** The last words of what a command has printed: the shells that say them differ. */
    function verdict({ output, ...report }: CommandReport): unknown {
      const exitCode = 'exitCode' in report ? report.exitCode : undefined;
      return [exitCode, output.trim().split(': ').at(-1)];
    }

    test('writes in its workspace and nowhere else', async () => {
      await run('workspace-write', async (model, workspace) => {
        mkdirSync(join(workspace, '.git'));
        expect({
          inside: verdict(await execCommand(model, { cmd: 'echo made > file && cat file' })),
          outside: verdict(await execCommand(model, { cmd: 'echo x > /usr/escaped' })),
          git: verdict(await execCommand(model, { cmd: 'echo x > .git/config' })),
          reading: verdict(await execCommand(model, { cmd: 'head -c 4 /etc/passwd' })),
          failing: verdict(await execCommand(model, { cmd: 'exit 3' })),
        }).toEqual({
          inside: [0, 'made'],
          outside: [expect.any(Number), 'Read-only file system'],
          git: [expect.any(Number), 'Read-only file system'],
          reading: [0, 'root'],
          failing: [3, ''],
        });
        expect([readFileSync(join(workspace, 'file'), 'utf8'), readdirSync(join(workspace, '.git'))]).toEqual(
          ['made\n', []],
        );
        expect(existsSync('/usr/escaped')).toBe(false);
      });
    });

    test('writes nowhere when it may only read', async () => {
      await run('read-only', async (model, workspace) => {
        expect({
          inside: verdict(await execCommand(model, { cmd: 'echo x > file' })),
          reading: verdict(await execCommand(model, { cmd: 'head -c 4 /etc/passwd' })),
        }).toEqual({
          inside: [expect.any(Number), 'Read-only file system'],
          reading: [0, 'root'],
        });
        expect(existsSync(join(workspace, 'file'))).toBe(false);
      });
    });

    test('patches files in its workspace and nowhere else', async () => {
      await run('workspace-write', async (model, workspace) => {
        writeFileSync(join(workspace, 'changed'), 'one\ntwo\n');
        symlinkSync('/usr', join(workspace, 'link'));
        const patched = async (...hunks: readonly string[]): Promise<unknown> => {
          const said = await model.callTool('exec_command', { cmd: patchOf(hunks) });
          return said.split('Output:\n').at(-1);
        };
        const update = ['*** Update File: changed', '@@', ' one', '-two', '+TWO'];
        expect([
          await patched(...update, '*** Add File: made', '+new'),
          // That one the CLI refuses itself; the other one looks to it as if it were inside.
          await patched('*** Add File: /usr/escaped', '+x'),
          await patched('*** Add File: link/escaped', '+x'),
        ]).toEqual([
          'Success. Updated the following files:\nA made\nM changed\n',
          'patch rejected: writing outside of the project; rejected by user approval settings',
          `Failed to write file ${join(workspace, 'link/escaped')}\n`,
        ]);
        const read = (name: string): string => readFileSync(join(workspace, name), 'utf8');
        expect([read('changed'), read('made')]).toEqual(['one\nTWO\n', 'new\n']);
        expect(existsSync('/usr/escaped')).toBe(false);
      });
    });

    test('speaks with a command on a terminal', async () => {
      await run('workspace-write', async (model) => {
        const cmd = 'read name; echo "hello $name"; exit 4';
        const begun = await execCommand(model, { cmd, tty: true, yield_time_ms: 500 });
        const session_id = sessionOf(begun);
        const greeted = await printed(
          model,
          await writeStdin(model, { session_id, chars: 'you\n' }),
          'hello',
        );
        const { exitCode, output } = await ended(model, greeted);
        expect({ exitCode, output }).toEqual({ exitCode: 4, output: 'you\r\nhello you\r\n' });
      });
    });
  });
});

import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { describeWithCodex } from './codex.js';
import { type CliRun, runCli } from './codex-cli.js';
import { execCommand } from './command-tools.js';
import { SERVERS } from './test-servers.js';
import { TOOL_SERVER, toolServer } from './tool-server.js';
import { startWireTap, type TappedMessage } from './wire-tap.js';

describeWithCodex('the real CLI in a project', () => {
  describe.each(SERVERS)('on $name', ({ start }) => {
    /** Runs the CLI, which must succeed. @returns what was said on the wire. */
    async function run(
      what: Omit<CliRun, 'url'>,
      env?: Readonly<Record<string, string>>,
    ): Promise<readonly TappedMessage[]> {
      await using server = await start(env);
      await using tap = await startWireTap(server.url);
      expect(await runCli({ ...what, url: tap.url })).toMatchObject({ exitCode: 0, outside: [] });
      return tap.messages;
    }

    test('changes, makes, moves and removes files by a patch', async () => {
      const messages = await run({
        prepare(workspace) {
          writeFileSync(join(workspace, 'changed'), 'one\ntwo\nthree\n');
          writeFileSync(join(workspace, 'removed'), 'old\n');
          writeFileSync(join(workspace, 'before'), 'same\n');
        },
        async script(model, workspace) {
          const { output } = parsed(await model.callTool('exec_command', { cmd: PATCH }));
          expect(output).toBe(
            'Success. Updated the following files:\nA directory/made\nM changed\nM after\nD removed\n',
          );
          const text = (name: string): string => readFileSync(join(workspace, name), 'utf8');
          expect([text('changed'), text('directory/made'), text('after')]).toEqual([
            'one\nTWO\nthree\n',
            'new\n',
            'SAME\n',
          ]);
          expect(['removed', 'before'].filter((name) => existsSync(join(workspace, name)))).toEqual([]);
        },
      });
      const written = requests(messages, 'fs/writeFile').map(({ path }) => basename(String(path)));
      expect([...new Set(written)].sort()).toEqual(['after', 'changed', 'made']);
      expect(requests(messages, 'process/start')).toEqual([]);
    });

    test('is told why a patch does not fit, and changes nothing', async () => {
      await run({
        prepare(workspace) {
          writeFileSync(join(workspace, 'changed'), 'something else\n');
        },
        async script(model, workspace) {
          expect(await model.callTool('exec_command', { cmd: PATCH })).toContain(
            'Failed to find expected lines',
          );
          expect(readFileSync(join(workspace, 'changed'), 'utf8')).toBe('something else\n');
        },
      });
    });

    test('reads AGENTS.md and the skills of the project from the executor', async () => {
      let place = '';
      const messages = await run({
        prepare(workspace) {
          place = workspace;
          writeFileSync(join(workspace, 'AGENTS.md'), 'Call every flower a heliotrope.\n');
          const skill = join(workspace, '.agents', 'skills', 'dye');
          mkdirSync(skill, { recursive: true });
          writeFileSync(
            join(skill, 'SKILL.md'),
            '---\nname: dye\ndescription: Makes everything mauve.\n---\nStir.\n',
          );
        },
        async script(model) {
          expect(model.heard).toContain('Call every flower a heliotrope.');
          expect(model.heard).toContain('Makes everything mauve.');
          await execCommand(model, { cmd: 'true' });
        },
      });
      const read = requests(messages, 'fs/readFile').map(({ path }) => path);
      expect(read.sort()).toEqual([
        `file://${place}/.agents/skills/dye/SKILL.md`,
        `file://${place}/AGENTS.md`,
      ]);
    });

    test('calls a tool server on the executor, for 5 letters and for a million', async () => {
      const messages = await run({
        config: toolServer,
        async script(model) {
          for (const count of [5, 1_000_000]) {
            const answer = await model.callTool('letters', { count }, 'mcp__sized');
            expect(answer).toMatch(/^Wall time: [\d.]+ seconds\nOutput:\n/);
            expect(answer.split('\n').at(-1)).toBe('x'.repeat(count));
          }
        },
      });
      expect(requests(messages, 'process/start')).toMatchObject([{ argv: [process.execPath, TOOL_SERVER] }]);
    });

    test('reads what the configuration of the executor says of tool servers', async () => {
      const home = mkdtempSync(join(tmpdir(), 'holdfast-executor-'));
      try {
        writeFileSync(join(home, 'config.toml'), `model = "kept"\n${toolServer(home)}`);
        const script: CliRun['script'] = async (model) => {
          await execCommand(model, { cmd: 'true' });
        };
        const messages = await run({ script }, { CODEX_HOME: home });
        const { config } = answer(messages, 'environmentConfig/read') as Configuration;
        expect(config).toEqual({
          layers: [
            {
              source: `user (${join(home, 'config.toml')})`,
              baseDir: `file://${home}`,
              toml: expect.stringMatching(/^\[mcp_servers\.sized\]\ncommand = /) as string,
            },
          ],
          cloudInsertionIndex: 0,
        });
      } finally {
        rmSync(home, { recursive: true });
      }
    });
  });
});

const PATCH = `apply_patch <<'EOF'
*** Begin Patch
*** Update File: changed
@@
 one
-two
+TWO
 three
*** Add File: directory/made
+new
*** Update File: before
*** Move to: after
@@
-same
+SAME
*** Delete File: removed
*** End Patch
EOF
`;

/** What follows the head of a report. */
function parsed(report: string): { readonly output: string } {
  const [, output = ''] = report.split(/\nOutput:\n(?=Success|error)/);
  return { output };
}

interface Configuration {
  readonly config: unknown;
}

/** The result of the first request of a method. */
function answer(messages: readonly TappedMessage[], method: string): unknown {
  const asked = messages.find(({ from, message }) => from === 'client' && message.method === method);
  return messages.find(({ from, message }) => from === 'server' && message.id === asked?.message.id)?.message
    .result;
}

function requests(messages: readonly TappedMessage[], method: string): readonly Record<string, unknown>[] {
  return messages.flatMap(({ from, message }) =>
    from === 'client' && message.method === method ? [message.params ?? {}] : [],
  );
}

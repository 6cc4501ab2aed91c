import { createHash, randomUUID } from 'node:crypto';
import { dirname } from 'node:path';
import { describe, expect, test } from 'vitest';
import { descendants, MARK_VARIABLE, markedProcesses, noneMarked } from '../process-table.js';
import { describeWithCodex } from './codex.js';
import { type CliCommand, type CliOutcome, runCli } from './codex-cli.js';
import { type CommandReport, ended, execCommand, printed, sessionOf, writeStdin } from './command-tools.js';
import type { Model } from './scripted-model.js';
import { SERVERS, startHoldfast } from './test-servers.js';
import { startWireTap } from './wire-tap.js';

describeWithCodex('the real CLI', () => {
  describe.each(SERVERS)('on $name', ({ start, interruptedOnTerminal, missingDirectory }) => {
    /** Runs the CLI on a server of its own. Whatever it does, it stays on loopback and succeeds. */
    async function run(
      script: (model: Model, workspace: string, serverPid: number) => Promise<void>,
    ): Promise<readonly CliCommand[]> {
      await using server = await start();
      const { commands, ...rest } = await runCli({
        url: server.url,
        script: (model, workspace) => script(model, workspace, server.pid),
      });
      expect(rest).toMatchObject({ exitCode: 0, outside: [] } satisfies Partial<CliOutcome>);
      return commands;
    }

    test('shows both streams and the exit status of a command', async () => {
      const reports: CommandReport[] = [];
      const commands = await run(async (model) => {
        reports.push(await execCommand(model, { cmd: 'echo out; exit 3' }));
        reports.push(await execCommand(model, { cmd: 'echo err >&2; kill -KILL $$' }));
        reports.push(await execCommand(model, { cmd: 'true' }));
      });
      expect(reports).toEqual([
        { exitCode: 3, output: 'out\n', tokens: 1 },
        { exitCode: 137, output: 'err\n', tokens: 1 },
        { exitCode: 0, output: '', tokens: 0 },
      ]);
      expect(commands).toEqual([
        { exitCode: 3, status: 'failed', output: 'out\n' },
        { exitCode: 137, status: 'failed', output: 'err\n' },
        { exitCode: 0, status: 'completed', output: '' },
      ]);
    });

    test('runs a command on the server, where it is told to, with what the CLI adds to the environment', async () => {
      await run(async (model, workspace, serverPid) => {
        const cmd = 'echo $PPID; pwd; echo "$TERM $NO_COLOR $CODEX_CI"';
        const { output } = await execCommand(model, { cmd, workdir: `${workspace}/..` });
        const [parent, ...rest] = output.trimEnd().split('\n');
        expect([serverPid, ...descendants(serverPid).map(({ pid }) => pid)]).toContain(Number(parent));
        expect(rest).toEqual([dirname(workspace), 'dumb 1 1']);
      });
    });

    test('runs several commands at once', async () => {
      await run(async (model) => {
        // Each of the two ends only when the other has begun.
        const meet = (mine: string, other: string): string =>
          `touch ${mine}; until [ -e ${other} ]; do sleep 0.02; done; echo ${mine}`;
        const both = await Promise.all([
          execCommand(model, { cmd: meet('a', 'b'), yield_time_ms: 250 }),
          execCommand(model, { cmd: meet('b', 'a'), yield_time_ms: 250 }),
        ]);
        const reports = await Promise.all(both.map(async (report) => (await ended(model, report)).output));
        expect(reports).toEqual(['a\n', 'b\n']);
      });
    });

    test('sees the whole of a long output, up to what it keeps itself', async () => {
      await run(async (model) => {
        const whole = lines(60_000);
        const report = await execCommand(model, { cmd: 'seq 1 60000', max_output_tokens: 1_000_000 });
        expect({ ...report, output: sha256(report.output) }).toEqual({
          exitCode: 0,
          output: sha256(whole),
          tokens: Math.ceil(whole.length / 4),
        });
        // Of what is more than a megabyte the CLI keeps both ends, and counts the rest.
        const long = await execCommand(model, { cmd: 'seq 1 3000000', max_output_tokens: 1000 });
        expect(long).toMatchObject({ exitCode: 0, tokens: Math.ceil(lines(3_000_000).length / 4) });
        expect(long.output).toMatch(
          /^Warning: truncated output .*\n.*\n\n1\n2\n3\n[^]*\n2999999\n3000000\n$/,
        );
      });
    });

    test('speaks with a command on a terminal', async () => {
      await run(async (model) => {
        const cmd = 'tty >/dev/null && stty size; read name; echo "hello $name"; exec sleep 1000';
        const begun = await execCommand(model, { cmd, tty: true, yield_time_ms: 500 });
        expect(await printed(model, begun, '\n')).toMatchObject({ output: '24 80\r\n' });
        const session_id = sessionOf(begun);
        const greeted = await printed(
          model,
          await writeStdin(model, { session_id, chars: 'you\n' }),
          'hello',
        );
        expect(greeted).toMatchObject({ output: 'you\r\nhello you\r\n' });
        const interrupted = await ended(model, await writeStdin(model, { session_id, chars: '\u0003' }));
        expect(interrupted).toMatchObject({ exitCode: interruptedOnTerminal, output: '^C' });
      });
    });

    test('interrupts a command without a terminal, and is told that it takes no input', async () => {
      await run(async (model) => {
        const cmd = 'trap "echo interrupted; exit 9" INT; echo ready; while :; do sleep 0.05; done';
        const begun = await execCommand(model, { cmd, yield_time_ms: 500 });
        expect(await printed(model, begun, '\n')).toMatchObject({ output: 'ready\n' });
        const session_id = sessionOf(begun);
        const refusal = await model.callTool('write_stdin', { session_id, chars: 'x\n' });
        expect(refusal).toMatch(/^write_stdin failed: stdin is closed for this session/);
        const interrupted = await ended(model, await writeStdin(model, { session_id, chars: '\u0003' }));
        expect(interrupted).toMatchObject({ exitCode: 9, output: 'interrupted\n' });
      });
    });

    test('comes back to a command that goes on', async () => {
      await run(async (model) => {
        const cmd = 'echo begun; until [ -e go ]; do sleep 0.02; done; echo ended; exit 4';
        const begun = await printed(model, await execCommand(model, { cmd, yield_time_ms: 500 }), '\n');
        expect(begun).toMatchObject({ output: 'begun\n' });
        expect(await execCommand(model, { cmd: 'touch go' })).toMatchObject({ exitCode: 0 });
        const { exitCode, output } = await ended(model, begun);
        expect({ exitCode, output }).toEqual({ exitCode: 4, output: 'begun\nended\n' });
      });
    });

    test('leaves nothing running when it ends', async () => {
      await using server = await start();
      const mark = randomUUID();
      await runCli({
        url: server.url,
        script: async (model) => {
          const cmd = `${MARK_VARIABLE}=${mark} sleep 1000`;
          sessionOf(await execCommand(model, { cmd, yield_time_ms: 500 }));
          expect(markedProcesses(mark)).toHaveLength(1);
        },
      });
      await noneMarked(mark);
    });

    test('says why a command cannot be started', async () => {
      await run(async (model) => {
        const refusal = await model.callTool('exec_command', { cmd: 'true', workdir: '/does/not/exist' });
        // The CLI quotes the reason twice.
        const quoted = JSON.stringify(JSON.stringify(missingDirectory.message).slice(1, -1)).slice(1, -1);
        expect(refusal).toContain(`exec-server rejected request (-32603): ${quoted}`);
      });
    });
  });

  test('asks holdfast for nothing but what it has', async () => {
    await using server = await startHoldfast();
    await using tap = await startWireTap(server.url);
    await runCli({
      url: tap.url,
      script: async (model) => {
        expect(await execCommand(model, { cmd: 'echo it runs' })).toMatchObject({
          exitCode: 0,
          output: 'it runs\n',
        });
      },
    });
    // It looks for files of a project that is empty.
    const codes = tap.messages.flatMap(({ from, message: { error } }) =>
      from === 'server' && error !== undefined ? [error.code] : [],
    );
    expect([...new Set(codes)]).toEqual([-32004]);
  });
});

function lines(count: number): string {
  return Array.from({ length: count }, (_, at) => `${at + 1}\n`).join('');
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

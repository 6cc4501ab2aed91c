import { createHash, randomUUID } from 'node:crypto';
import { type Client, connect, GapError, type ProcessEvent, type ProcessView } from '@holdfast/exec-client';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { disposeAll } from '../harness.js';
import { MARK_VARIABLE, markedProcesses, noneMarked } from '../process-table.js';
import { describeWithCodex } from './codex.js';
import { SERVERS, type TestedServer } from './test-servers.js';

const MEGABYTE = 1_000_000;

describeWithCodex('our client without extensions', () => {
  describe.each(SERVERS)('on $name', ({ start, interruptedOnTerminal, missingDirectory }) => {
    let server: Awaited<ReturnType<TestedServer['start']>>;
    let client: Client;

    beforeAll(async () => {
      server = await start();
      // The reference server grants none, and is not even asked here, so that both see the same client.
      client = await connect(server.url, { extensions: {} });
    });

    afterAll(() => disposeAll(client, server));

    test('learns where it is', async () => {
      expect(client.extensions).toEqual({});
      expect(await client.environment()).toMatchObject({ shell: { name: 'bash' }, platformOs: 'linux' });
    });

    test('runs a command to its end and tells the streams apart', async () => {
      const result = await client.exec(['sh', '-c', 'echo out; echo err >&2; exit 3'], { reject: false });
      expect(result).toMatchObject({
        exitCode: 3,
        stdout: 'out\n',
        stderr: 'err\n',
        cause: 'exit',
        drained: true,
      });
    });

    test('tells a death by a signal as 128 + n, which is all that it learns', async () => {
      const result = await client.exec(['sh', '-c', 'kill -TERM $$'], { reject: false });
      expect(result).toMatchObject({ exitCode: 143, signal: null, cause: 'exit', failed: true });
    });

    test('ends a command that runs too long, and what it has started', async () => {
      const mark = randomUUID();
      const run = client.exec(['sh', '-c', 'sleep 1000 & sleep 1000'], {
        env: { [MARK_VARIABLE]: mark },
        timeoutMs: 500,
        reject: false,
      });
      expect(await run).toMatchObject({ exitCode: 137, cause: 'timeout', timedOut: true });
      await noneMarked(mark);
    });

    test('gives a command exactly the environment that it should have', async () => {
      const env = { PATH: '/usr/bin:/bin', A: 'a b', EMPTY: '' };
      const { stdout } = await client.exec(['env', '-u', 'HOLDFAST_SERVER_COOKIE'], {
        inheritEnv: 'none',
        env,
      });
      expect(stdout.split('\n').filter(Boolean).sort()).toEqual(['A=a b', 'EMPTY=', 'PATH=/usr/bin:/bin']);
    });

    test('says why a command cannot be started', async () => {
      await expect(client.exec(['true'], { cwd: '/does/not/exist' })).rejects.toMatchObject({
        code: -32603,
        ...missingDirectory,
      });
      await expect(client.exec([''])).rejects.toMatchObject({ code: -32603 });
      await expect(client.exec(['/does/not/exist'])).rejects.toMatchObject({ code: -32603 });
    });

    test('writes to a command and reads its lines, many writes in order', async () => {
      await using cat = client.spawn(['cat'], { stdin: 'pipe' });
      const expected = Array.from({ length: 100 }, (_, at) => `line ${at}`);
      await Promise.all(expected.map((line) => cat.write(`${line}\n`)));
      const lines: string[] = [];
      for await (const line of cat.lines()) if (lines.push(line) === expected.length) break;
      expect(lines).toEqual(expected);
    });

    test('refuses what the wire has no word for, before anything happens', async () => {
      await using cat = client.spawn(['cat'], { stdin: 'pipe' });
      await cat.started;
      const unsupported = { kind: 'unsupported' };
      await expect(cat.end()).rejects.toMatchObject(unsupported);
      await expect(cat.signal('SIGTERM')).rejects.toMatchObject(unsupported);
      await expect(cat.resize({ rows: 1, cols: 1 })).rejects.toMatchObject(unsupported);
      await expect(client.exec(['cat'], { input: 'x' })).rejects.toMatchObject(unsupported);
      await expect(client.processes()).rejects.toMatchObject(unsupported);
      await expect(client.attach('p').started).rejects.toMatchObject(unsupported);
      for (const options of [{ lifetime: 'server' }, { retention: 'drop' }, { drainMs: 1 }] as const) {
        await expect(client.spawn(['true'], options).started).rejects.toMatchObject(unsupported);
      }
    });

    test('interrupts and terminates', async () => {
      const interrupted = client.spawn([
        'sh',
        '-c',
        'trap "echo caught; exit 9" INT; echo ready; while :; do sleep 0.05; done',
      ]);
      const lines: string[] = [];
      for await (const line of interrupted.lines()) {
        lines.push(line);
        if (line === 'ready') await interrupted.signal('SIGINT');
      }
      expect({ lines, exit: await interrupted.exited }).toEqual({
        lines: ['ready', 'caught'],
        exit: { exitCode: 9, signal: null },
      });
      const terminated = client.spawn(['sleep', '1000']);
      expect(await terminated.terminate()).toBe(true);
      expect(await terminated.exited).toEqual({ exitCode: 137, signal: null });
      expect(await terminated.terminate()).toBe(false);
    });

    test('speaks with a command on a terminal', async () => {
      await using bash = client.spawn(['bash', '-c', 'stty size; read name; echo "hello $name"; exec cat'], {
        pty: true,
      });
      const view = bash.events();
      expect(await textUntil(view, '\n')).toBe('24 80\r\n');
      await bash.write('you\n');
      expect(await textUntil(view, 'hello you\r\n')).toBe('you\r\nhello you\r\n');
      await bash.write('\u0003');
      expect(await textUntil(view)).toBe('^C');
      expect(await bash.exited).toEqual({ exitCode: interruptedOnTerminal, signal: null });
    });

    test('ends the input of a terminal with the character for it', async () => {
      const cat = client.spawn(['cat'], { pty: true });
      const view = cat.events();
      await cat.write('x\n');
      await textUntil(view, 'x\r\nx\r\n');
      await cat.write('\u0004');
      expect(await cat.exited).toEqual({ exitCode: 0, signal: null });
    });

    test('gets 100 MB whole, in order, while other commands run', async () => {
      const print = 'exec 2>/dev/null; yes 0123456789abcdefghijklmnopqrstuvwxyz | head -c 100000000';
      const big = client.spawn(['sh', '-c', print]);
      const hash = createHash('sha256');
      let bytes = 0;
      for await (const chunk of big.stdout) {
        if (bytes === 0) expect((await client.exec(['echo', 'meanwhile'])).stdout).toBe('meanwhile\n');
        bytes += chunk.length;
        hash.update(chunk);
      }
      const whole = Buffer.alloc(100 * MEGABYTE, '0123456789abcdefghijklmnopqrstuvwxyz\n');
      expect({ bytes, hash: hash.digest('hex'), exit: await big.exited }).toEqual({
        bytes: whole.length,
        hash: createHash('sha256').update(whole).digest('hex'),
        exit: { exitCode: 0, signal: null },
      });
    });

    test('learns the end of a command whose output nobody reads', async () => {
      const unread = client.spawn(['head', '-c', String(20 * MEGABYTE), '/dev/zero']);
      expect(await unread.exited).toEqual({ exitCode: 0, signal: null });
      await unread.closed;
    });

    test('reads later what is still retained, and is told by name what is not', async () => {
      const small = client.spawn(['seq', '1', '1000']);
      await small.closed;
      const lines: string[] = [];
      for await (const line of small.lines({ after: 0 })) lines.push(line);
      expect(lines).toHaveLength(1000);

      const large = client.spawn(['seq', '1', '1000000']);
      await large.closed;
      const gap = await textUntil(large.events({ after: 0 })).catch((error: unknown) => error);
      expect(gap).toBeInstanceOf(GapError);
      const { from, to } = gap as GapError;
      expect(from).toBe(1);
      const rest = await textUntil(large.events({ after: to }));
      expect(rest.endsWith('\n999999\n1000000\n')).toBe(true);
      expect(rest.length).toBeGreaterThan(900_000);
    });

    test('leaves nothing running when it is closed', async () => {
      const mark = randomUUID();
      const other = await connect(server.url, { extensions: {} });
      const env = { [MARK_VARIABLE]: mark };
      await Promise.all([
        other.spawn(['sleep', '1000'], { env }).started,
        other.spawn(['cat'], { env, pty: true }).started,
      ]);
      expect(markedProcesses(mark)).toHaveLength(2);
      await other.close();
      await noneMarked(mark);
    });
  });
});

/** What a process prints from here on until this text, or to its end. */
async function textUntil(view: ProcessView<ProcessEvent>, text?: string): Promise<string> {
  let seen = '';
  for (;;) {
    const next = await view.next();
    if (next.done === true) return seen;
    if (next.value.type === 'output') seen += Buffer.from(next.value.bytes).toString();
    if (text !== undefined && seen.endsWith(text)) return seen;
  }
}

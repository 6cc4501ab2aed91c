import { area, type ConformanceCase, needsExtension, refused, resultOf } from '../case.js';
import { holds, same } from '../expect.js';

const signals = area('x-signals', 'process/signal', needsExtension('signals'));
const stdin = area('x-stdin', 'process/closeStdin', needsExtension('signals'));
const pty = area('x-pty', 'process/resize', needsExtension('pty'));
const session = area('x-session', 'session/close', needsExtension('session'));
const attach = area('x-attach', 'process/attach', needsExtension('attach'));
const gap = area('x-gap', 'process/gap', needsExtension('gap'));
const drain = area('x-drain', 'process/closed', needsExtension('drain'));
const flow = area('x-flow', 'process/window', needsExtension('flow'));
const handshake = area('x-handshake', 'initialize');

const TTY = { tty: true, size: { rows: 33, cols: 111 } };

export const EXTENSION_CASES: readonly ConformanceCase[] = [
  handshake.on('unknown', 'an extension that nobody knows is not granted', async (executor) => {
    const { greeting } = await executor.session({ extensions: { noSuchExtension: 1 } });
    same('what is granted', greeting['extensions'] ?? {}, {});
  }),
  handshake.on(
    'unasked-fields',
    'fields of an extension that was not agreed on are ignored',
    async (executor) => {
      const legacy = await executor.session();
      const run = await legacy.run('echo hi', { drainMs: 'x', windowBytes: -1, retention: 5 });
      same('the output', run.stdout, 'hi\n');
    },
  ),
  signals.on(
    'by-name',
    'a POSIX signal by its name, and the signal that ended the process',
    async (executor) => {
      const client = await executor.with('signals');
      const id = await client.start(['/bin/sleep', '30']);
      same('the answer', await client.request('process/signal', { processId: id, signal: 'SIGUSR1' }), {
        result: {},
      });
      const { exitCode, signal } = (await client.event('process/exited', id)).params ?? {};
      same('the ending', { exitCode, signal }, { exitCode: 138, signal: 'SIGUSR1' });
    },
  ),
  signals.on('ladder', 'terminate is SIGTERM first, so that a process can say good-bye', async (executor) => {
    const client = await executor.with('signals');
    const id = await client.script('trap "echo bye; exit 8" TERM; echo ready; while :; do sleep 0.05; done');
    await client.outputUntil(id, 'ready\n');
    await client.request('process/terminate', { processId: id });
    await client.outputUntil(id, 'bye\n');
    same('the exit code', (await client.event('process/exited', id)).params?.['exitCode'], 8);
  }),
  signals.on('grace', 'and SIGKILL after graceMs', async (executor) => {
    const client = await executor.with('signals');
    const id = await client.script('trap "" TERM; echo ready; while :; do sleep 0.05; done');
    await client.outputUntil(id, 'ready\n');
    await client.request('process/terminate', { processId: id, graceMs: 100 });
    same('the signal', (await client.event('process/exited', id)).params?.['signal'], 'SIGKILL');
  }),
  stdin.on('end', 'the end of input comes after what was written before', async (executor) => {
    const client = await executor.with('signals');
    const id = await client.start(['/usr/bin/wc', '-c'], { pipeStdin: true });
    await client.write(id, '1', '12345');
    same('the answer', await client.request('process/closeStdin', { processId: id }), {
      result: { status: 'accepted' },
    });
    same('the output', (await client.finish(id)).stdout.trim(), '5');
  }),
  stdin.on('unasked', 'without the extension there is no such method', async (executor) => {
    const client = await executor.session();
    const { error } = await client.request('process/closeStdin', { processId: 'p' });
    holds(error !== undefined, 'expected an error', error);
  }),
  pty.on('size', 'a terminal has the size that was asked for', async (executor) => {
    const client = await executor.with('pty');
    const id = await client.script('stty size', TTY);
    same('the size', (await client.finish(id)).pty, '33 111\r\n');
  }),
  pty.on('resize', 'a resize reaches the program and is an event', async (executor) => {
    const client = await executor.with('pty');
    const id = await client.script(
      'trap "stty size; exit 0" WINCH; echo ready; while :; do sleep 0.05; done',
      TTY,
    );
    await client.outputUntil(id, 'ready\r\n');
    const size = { rows: 50, cols: 60 };
    resultOf(await client.request('process/resize', { processId: id, size }));
    same('the event', (await client.event('process/resized', id)).params?.['size'], size);
    same('the size', await client.outputUntil(id, '\n'), '50 60\r\n');
  }),
  session.on('close', 'session/close ends every process at once', async (executor) => {
    const client = await executor.with('session');
    await client.start(['/bin/sleep', '30']);
    await client.start(['/bin/sleep', '30']);
    same('the answer', await client.request('session/close'), { result: { processes: 2 } });
  }),
  attach.on(
    'list',
    'a process of another session is listed, and joined from its beginning',
    async (executor) => {
      const [owner, viewer] = [await executor.session(), await executor.with('attach')];
      const id = await owner.script('echo one; sleep 30', { processId: `listed-${Date.now()}` });
      await owner.outputUntil(id, 'one\n');
      const { processes } = resultOf(await viewer.request('process/list'));
      const found = (processes as { readonly id: string; readonly ref: string }[]).find(
        (other) => other.id === id,
      );
      holds(found !== undefined, 'expected the process in the list', processes);
      resultOf(await viewer.request('process/attach', { processId: 'mine', ref: found?.ref }));
      same('the output', await viewer.outputUntil('mine', 'one\n'), 'one\n');
    },
  ),
  attach.on('ahead', 'joining behind the newest event is refused with -32602', async (executor) => {
    const owner = await executor.session();
    const ref = await owner.start(['/bin/sleep', '30'], { processId: `ahead-${Date.now()}` });
    const viewer = await executor.with('attach');
    refused(await viewer.request('process/attach', { processId: 'mine', ref, afterSeq: 1 }), -32602);
  }),
  attach.on('unknown', 'joining what nobody runs is refused with -32600', async (executor) => {
    const client = await executor.with('attach');
    refused(await client.request('process/attach', { processId: 'mine', ref: 'nobody' }), -32600);
  }),
  gap.on('totals', 'closed tells how many bytes each stream had', async (executor) => {
    const client = await executor.with('gap');
    const id = await client.script('printf 12345; printf 123 >&2');
    const totals = (await client.event('process/closed', id)).params?.['bytes'];
    same('the totals', totals, { stdout: 5, stderr: 3, pty: 0 });
  }),
  drain.on('holder', 'a wait for a descendant is bounded, and says who held the output', async (executor) => {
    const client = await executor.with('drain');
    const id = await client.script('sleep 6789 & exit 0', { drainMs: 200 });
    const holders = (await client.event('process/closed', id)).params?.['holders'];
    holds(Array.isArray(holders) && holders.length === 1, 'expected one holder', holders);
    await client.run('pkill -xf "sleep 6789" || true');
  }),
  flow.on(
    'window',
    'output is pushed as far as the window goes, and the end comes at once',
    async (executor) => {
      const client = await executor.with('flow');
      const id = await client.script('head -c 300000 /dev/zero', { windowBytes: 100_000 });
      const { params } = await client.event('process/closed', id);
      const pushed = client.client.unread.filter(({ method }) => method === 'process/output');
      const bytes = pushed.reduce(
        (sum, event) => sum + Buffer.from(String(event.params?.['chunk']), 'base64').length,
        0,
      );
      // A chunk is never split: the one that crosses the end of the window is the last.
      holds(bytes > 0 && bytes < 200_000, 'expected output within the window', bytes);
      client.client.notify('process/window', { processId: id, ackSeq: params?.['seq'], windowBytes: 0 });
      const last = resultOf(await client.read(id, { afterSeq: pushed.length }));
      holds((last['chunks'] as unknown[]).length > 0, 'expected the rest to be readable', last['chunks']);
    },
  ),
];

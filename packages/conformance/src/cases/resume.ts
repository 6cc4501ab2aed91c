import { area, type ConformanceCase, needsReconnect, refused, resultOf } from '../case.js';
import type { Executor } from '../executor.js';
import { same } from '../expect.js';
import { base64, decoded } from '../wire/events.js';
import type { Session } from '../wire/session.js';

const { on } = area('resume', 'initialize', needsReconnect);

export const RESUME_CASES: readonly ConformanceCase[] = [
  on('process-lives', 'a process runs on while nobody is connected', async (executor) => {
    const session = await executor.session();
    const id = await session.start(['/bin/cat'], { pipeStdin: true });
    const again = await cutAndResume(executor, session);
    await again.write(id, '1', 'still here');
    same('the output', await again.outputUntil(id, 'still here'), 'still here');
    await again.request('process/terminate', { processId: id });
  }),
  on('missed-output', 'what was printed meanwhile can be read', async (executor) => {
    const session = await executor.session();
    const id = await session.script('echo one; read x <&-; sleep 0.4; echo two; sleep 0.2; exit 6');
    await session.outputUntil(id, 'one\n');
    const again = await cutAndResume(executor, session);
    let afterSeq = 1;
    let text = '';
    for (let closed = false; !closed; ) {
      const page = resultOf(await again.read(id, { afterSeq, waitMs: 5000 }));
      text += (page['chunks'] as { readonly chunk: string }[]).map(({ chunk }) => decoded(chunk)).join('');
      afterSeq = Number(page['nextSeq']) - 1;
      closed = page['closed'] === true;
      if (closed) same('the exit code', page['exitCode'], 6);
    }
    same('the output', text, 'two\n');
  }),
  on('megabytes-missed', '4 MB printed meanwhile can all be read', async (executor) => {
    const session = await executor.session();
    const script = 'read go; yes 0123456 | head -c 4000000; echo; echo end; : > printed; sleep 1';
    const changes = { pipeStdin: true, cwd: executor.workspace };
    const id = await session.script(script, changes);
    await session.write(id, '1', '\n');
    await session.client.cut();
    // Somebody else sees when all of it has been printed.
    const watcher = await executor.session();
    await watcher.run('until test -e printed; do sleep 0.05; done', { cwd: executor.workspace });
    const again = await executor.resume(session.id);
    // What is not in the answer comes as notifications, some of it before the answer.
    const pieces = new Map<unknown, string>();
    const keep = ({ seq, chunk }: Readonly<Record<string, unknown>>): unknown =>
      pieces.set(seq, decoded(chunk));
    const page = resultOf(await again.read(id));
    for (const chunk of page['chunks'] as Readonly<Record<string, unknown>>[]) keep(chunk);
    for (const { method, params = {} } of await again.events(id)) {
      if (method === 'process/output') keep(params);
    }
    same('what is missing', missing(pieces), []);
    const length = [...pieces.values()].reduce((sum, piece) => sum + piece.length, 0);
    same('the length', length, 4_000_005);
  }),
  on('write-repeat', 'a writeId is known on the next connection', async (executor) => {
    const session = await executor.session();
    const id = await session.start(['/bin/cat'], { pipeStdin: true });
    await session.write(id, '1', 'a');
    await session.outputUntil(id, 'a');
    const again = await cutAndResume(executor, session);
    await again.write(id, '1', 'a');
    await again.write(id, '2', 'b');
    await again.client.next('b', ({ params }) => params?.['chunk'] === base64('b'));
    const page = resultOf(await again.read(id));
    same(
      'the output',
      (page['chunks'] as { readonly chunk: string }[]).map(({ chunk }) => decoded(chunk)).join(''),
      'ab',
    );
    await again.request('process/terminate', { processId: id });
  }),
  on(
    'exit-later',
    'the end of a process is told to the connection that has the session then',
    async (executor) => {
      const session = await executor.session();
      const id = await session.start(['/bin/cat'], { pipeStdin: true });
      const again = await cutAndResume(executor, session);
      resultOf(await again.read(id));
      await again.request('process/terminate', { processId: id });
      same('the exit code', (await again.event('process/exited', id)).params?.['exitCode'], 137);
    },
  ),
  on('twice', 'a session can be resumed again and again', async (executor) => {
    let session = await executor.session();
    const id = await session.start(['/bin/cat'], { pipeStdin: true });
    for (let round = 0; round < 3; round += 1) session = await cutAndResume(executor, session);
    await session.write(id, 'x', 'x');
    same('the output', await session.outputUntil(id, 'x'), 'x');
    await session.request('process/terminate', { processId: id });
  }),
  on('attached', 'a session that answers on its connection is not taken from it', async (executor) => {
    const session = await executor.session();
    const other = await executor.dial();
    const params = { clientName: 'x', resumeSessionId: session.id };
    refused(await other.request('initialize', params), -32010);
    same('the answer', await session.request('environment/status'), { result: { status: 'ready' } });
  }),
  on('before-initialized', 'requests on a resumed session wait for initialized too', async (executor) => {
    const session = await executor.session();
    await session.client.cut();
    const again = await executor.resume(session.id);
    await again.client.cut();
    const client = await executor.dial();
    const params = { clientName: 'x', resumeSessionId: session.id };
    for (;;) {
      const answer = await client.request('initialize', params);
      if (answer.error === undefined) break;
      refused(answer, -32010);
    }
    refused(await client.request('process/read', { processId: 'p' }), -32600);
  }),
];

/** Numbers below the largest that are not there. */
function missing(pieces: ReadonlyMap<unknown, string>): number[] {
  const last = Math.max(...[...pieces.keys()].map(Number));
  return Array.from({ length: last }, (_, at) => at + 1).filter((seq) => !pieces.has(seq));
}

async function cutAndResume(executor: Executor, session: Session): Promise<Session> {
  await session.client.cut();
  return await executor.resume(session.id);
}

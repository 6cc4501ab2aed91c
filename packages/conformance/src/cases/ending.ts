import { area, type ConformanceCase, refused, serves } from '../case.js';
import { holds, same } from '../expect.js';
import type { Session } from '../wire/session.js';

const { in: signals, refuses } = area('signal', 'process/signal');
const { in: on } = area('terminate', 'process/terminate');

export const ENDING_CASES: readonly ConformanceCase[] = [
  signals('interrupt', 'interrupt is SIGINT to the process', async (session) => {
    const id = await ready(session, 'trap "echo got; exit 7" INT; echo ready; while :; do sleep 0.05; done');
    same('the answer', await session.request('process/signal', { processId: id, signal: 'interrupt' }), {
      result: {},
    });
    same('the output', await session.outputUntil(id, 'got\n'), 'got\n');
    same('the exit code', (await session.event('process/exited', id)).params?.['exitCode'], 7);
  }),
  signals('default', 'a process that does nothing about it ends with 130', async (session) => {
    const id = await session.start(['/bin/sleep', '30']);
    await session.request('process/signal', { processId: id, signal: 'interrupt' });
    same('the exit code', (await session.finish(id)).exitCode, 130);
  }),
  signals('group', 'the whole group gets it', async (session) => {
    const id = await ready(session, 'echo ready; sleep 30 | sleep 30');
    await session.request('process/signal', { processId: id, signal: 'interrupt' });
    await session.event('process/closed', id);
  }),
  signals('unknown-process', 'an unknown process is no error', async (session) => {
    same(
      'the answer',
      await session.request('process/signal', { processId: 'nobody', signal: 'interrupt' }),
      { result: {} },
    );
  }),
  signals('after-end', 'a process that has ended is no error', async (session) => {
    const id = await session.script('exit 0');
    await session.finish(id);
    same('the answer', await session.request('process/signal', { processId: id, signal: 'interrupt' }), {
      result: {},
    });
  }),
  ...(['terminate', 'SIGTERM', 'INTERRUPT', 2, null] as const).map((signal) =>
    refuses(`word-${String(signal)}`, `${JSON.stringify(signal)} is refused with -32602`, -32602, (session) =>
      session.request('process/signal', { processId: 'p', signal }),
    ),
  ),
  on('running', 'a running process is killed at once, with exit code 137', async (session) => {
    const id = await session.start(['/bin/sleep', '30']);
    same('the answer', await session.request('process/terminate', { processId: id }), {
      result: { running: true },
    });
    same('the exit code', (await session.finish(id)).exitCode, 137);
  }),
  on('ignores-term', 'a process that ignores signals is killed too', async (session) => {
    const id = await ready(session, 'trap "" TERM INT HUP; echo ready; while :; do sleep 0.05; done');
    await session.request('process/terminate', { processId: id });
    same('the exit code', (await session.event('process/exited', id)).params?.['exitCode'], 137);
  }),
  on('group', 'children of its group end with it', async (session) => {
    const id = await ready(session, 'sleep 3456 & echo ready; wait');
    await session.request('process/terminate', { processId: id });
    await session.event('process/closed', id);
    same('who is left', (await session.run('pgrep -xf "sleep 3456" || true')).stdout, '');
  }),
  on('output-before', 'what was written before the kill has arrived', async (session) => {
    const id = await session.script('yes 0123456 | head -c 800000; echo; echo end >&2; sleep 30');
    await session.client.next(
      'the end',
      ({ params }) => params?.['processId'] === id && params['stream'] === 'stderr',
    );
    await session.request('process/terminate', { processId: id });
    await session.event('process/closed', id);
    const seen = session.client.unread.filter(({ params }) => params?.['stream'] === 'stdout');
    const bytes = seen.reduce(
      (sum, { params }) => sum + Buffer.from(String(params?.['chunk']), 'base64').length,
      0,
    );
    same('the bytes', bytes, 800_001);
  }),
  on(
    'closed-soon',
    'closed follows although a descendant outside of the group holds the output',
    async (session) => {
      const id = await ready(session, 'setsid sleep 4567 & echo ready; sleep 30');
      await session.request('process/terminate', { processId: id });
      await session.event('process/closed', id);
      await session.run('pkill -xf "sleep 4567" || true');
    },
  ),
  on('unknown-process', 'an unknown process was not running', async (session) => {
    same('the answer', await session.request('process/terminate', { processId: 'nobody' }), {
      result: { running: false },
    });
  }),
  on('after-end', 'a process that has ended was not running', async (session) => {
    const id = await session.script('exit 0');
    await session.finish(id);
    same('the answer', await session.request('process/terminate', { processId: id }), {
      result: { running: false },
    });
  }),
  on('background-lives', 'what an ended process left behind lives on', async (session) => {
    const id = await session.script('sleep 5678 >/dev/null 2>&1 </dev/null & exit 0');
    await session.finish(id);
    same('the answer', await session.request('process/terminate', { processId: id }), {
      result: { running: false },
    });
    const left = await session.run('pgrep -xf "sleep 5678"; pkill -xf "sleep 5678" || true');
    holds(/^\d+\n$/.test(left.stdout), 'expected the background process to live', left.stdout);
  }),
  on('at-once', 'several terminates of one process are all answered', async (session) => {
    const id = await session.start(['/bin/sleep', '30']);
    const answers = await Promise.all(
      [1, 2, 3].map(() => session.request('process/terminate', { processId: id })),
    );
    same('the first answer', answers[0], { result: { running: true } });
    same('the exit code', (await session.finish(id)).exitCode, 137);
    await serves(session);
  }),
  on('no-id', 'without processId: refused with -32602', async (session) => {
    refused(await session.request('process/terminate', {}), -32602);
  }),
];

/** Starts a script and waits until it says that it is ready. */
async function ready(session: Session, script: string): Promise<string> {
  const id = await session.script(script);
  await session.outputUntil(id, 'ready\n');
  return id;
}

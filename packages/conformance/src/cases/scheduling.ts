import { area, type ConformanceCase } from '../case.js';
import { holds, same } from '../expect.js';
import { startParams } from '../wire/session.js';

const { in: on, on: onServer } = area('scheduling', 'connection');

/** Far above what any of this takes, far below what a blocked connection would take. */
const SOON_MS = 2500;

export const SCHEDULING_CASES: readonly ConformanceCase[] = [
  on('pipelined', 'a start, a write and a read sent in one go see each other', async (session) => {
    const start = session.client.ask('process/start', startParams({ argv: ['/bin/cat'], pipeStdin: true }));
    const write = session.client.ask('process/write', { processId: 'p1', writeId: '1', chunk: 'YQ==' });
    const read = session.client.ask('process/read', { processId: 'p1', waitMs: 5000 });
    same('the start', await start.answer, { result: { processId: 'p1', sandboxType: 'none' } });
    same('the write', await write.answer, { result: { status: 'accepted' } });
    const chunks = ((await read.answer).result as Record<string, unknown> | undefined)?.['chunks'];
    same('the chunks', chunks, [{ seq: 1, stream: 'stdout', chunk: 'YQ==' }]);
    await session.request('process/terminate', { processId: 'p1' });
  }),
  on('terminate-beside-read', 'terminate is not held up by a waiting read', async (session) => {
    const id = await session.start(['/bin/sleep', '30']);
    const reading = session.read(id, { waitMs: 8000 });
    const startedAt = performance.now();
    await session.request('process/terminate', { processId: id });
    const took = performance.now() - startedAt;
    holds(took < SOON_MS, 'expected an answer at once', took);
    await reading;
  }),
  on(
    'write-beside-full-stdin',
    'a process that does not read its stdin holds up nobody else',
    async (session) => {
      const deaf = await session.start(['/bin/sleep', '30'], { pipeStdin: true });
      const piece = 'x'.repeat(1024 * 1024);
      const stuck = Array.from({ length: 20 }, (_, at) => session.write(deaf, String(at), piece));
      for (const write of stuck) write.catch(() => undefined);
      const startedAt = performance.now();
      same('the output', (await session.run('echo beside')).stdout, 'beside\n');
      const took = performance.now() - startedAt;
      holds(took < SOON_MS, 'expected the other process to run at once', took);
    },
  ),
  on('hundreds', '1,000 requests behind a waiting read are all answered', async (session) => {
    const id = await session.start(['/bin/sleep', '30']);
    const reading = session.read(id, { waitMs: 1500 });
    const answers = await Promise.all(
      Array.from({ length: 1000 }, () => session.request('environment/status')),
    );
    for (const answer of answers) same('the answer', answer, { result: { status: 'ready' } });
    await reading;
  }),
  on('short-command', 'a short command is over soon, 20 times', async (session) => {
    const startedAt = performance.now();
    for (let round = 0; round < 20; round += 1) {
      await session.finish(await session.start(['/bin/true'], { processId: `r${round}` }));
    }
    const took = performance.now() - startedAt;
    holds(took < 20 * SOON_MS, 'expected 20 short commands to be over', took);
  }),
  onServer('connections-apart', 'a connection that does not read holds up no other', async (executor) => {
    const [flooded, other] = [await executor.session(), await executor.session()];
    await flooded.script('yes | head -c 50000000');
    const startedAt = performance.now();
    same('the output', (await other.run('echo beside')).stdout, 'beside\n');
    const took = performance.now() - startedAt;
    holds(took < 2 * SOON_MS, 'expected the other connection to be served', took);
  }),
];

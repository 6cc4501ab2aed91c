import { area, type ConformanceCase, resultOf } from '../case.js';
import { holds, same } from '../expect.js';
import { base64, decoded } from '../wire/events.js';
import type { Session } from '../wire/session.js';

const { in: on, refuses } = area('read', 'process/read');

/** What a running process that has told nothing of its end answers beside chunks. */
const RUNNING = { exited: false, exitCode: null, closed: false, failure: null, sandboxDenied: false };
const KILLED = { ...RUNNING, exited: true, exitCode: 137, closed: true };
const CHUNKS = ['a', 'bb', 'ccc'].map((text, at) => ({ seq: at + 1, stream: 'stdout', chunk: base64(text) }));

/** Reads of a running process with the chunks a, bb and ccc, numbered 1 to 3. */
const PAGES: readonly (readonly [
  name: string,
  params: Readonly<Record<string, unknown>>,
  from: number,
  to: number,
  nextSeq: number,
])[] = [
  ['all', {}, 0, 3, 4],
  ['nulls', { afterSeq: null, maxBytes: null, waitMs: null }, 0, 3, 4],
  ['after-first', { afterSeq: 1 }, 1, 3, 4],
  ['after-last', { afterSeq: 3 }, 3, 3, 4],
  ['beyond', { afterSeq: 99 }, 3, 3, 4],
  ['budget-zero', { maxBytes: 0 }, 0, 1, 2],
  ['budget-exact', { maxBytes: 3 }, 0, 2, 3],
  ['budget-short', { maxBytes: 2 }, 0, 1, 2],
  ['budget-enough', { maxBytes: 100 }, 0, 3, 4],
  ['budget-after', { afterSeq: 1, maxBytes: 2 }, 1, 2, 3],
  ['budget-nothing', { afterSeq: 3, maxBytes: 5 }, 3, 3, 4],
  ['no-wait-needed', { waitMs: 10_000 }, 0, 3, 4],
];

export const READ_CASES: readonly ConformanceCase[] = [
  ...PAGES.map(([name, params, from, to, nextSeq]) =>
    on(name, `${JSON.stringify(params)} of three chunks: ${to - from}, next ${nextSeq}`, async (session) => {
      const id = await threeChunks(session);
      same('the answer', await session.read(id, params), {
        result: { chunks: CHUNKS.slice(from, to), nextSeq, ...RUNNING },
      });
    }),
  ),
  on('after-end', 'after the end everything is still there, and the end is counted', async (session) => {
    const id = await killed(session);
    same('the answer', await session.read(id), { result: { chunks: CHUNKS, nextSeq: 6, ...KILLED } });
  }),
  on('after-end-budget', 'a budget says where to go on, also after the end', async (session) => {
    const id = await killed(session);
    same('the answer', await session.read(id, { maxBytes: 1 }), {
      result: { chunks: CHUNKS.slice(0, 1), nextSeq: 2, ...KILLED },
    });
  }),
  on('paging', 'pages of a budget put together are the whole output', async (session) => {
    const id = await session.script('yes 0123456 | head -c 3000000');
    const run = await session.finish(id);
    same('the length', run.stdout.length, 3_000_000);
    let text = '';
    let afterSeq = 0;
    for (;;) {
      const page = resultOf(await session.read(id, { afterSeq, maxBytes: 100_000 }));
      const chunks = page['chunks'] as { readonly chunk: string }[];
      if (chunks.length === 0 && page['closed'] === true) break;
      text += chunks.map(({ chunk }) => decoded(chunk)).join('');
      afterSeq = Number(page['nextSeq']) - 1;
    }
    // A server may forget what was delivered, but not the newest MiB.
    holds(
      text.length >= 1_000_000 && run.stdout.endsWith(text),
      'expected at least the newest MiB',
      text.length,
    );
  }),
  on('waits', 'waitMs waits for output', async (session) => {
    const id = await session.start(['/bin/cat'], { pipeStdin: true });
    const reading = session.read(id, { waitMs: 10_000 });
    await session.client.next('any', () => true, 300).catch(() => undefined);
    const other = session.write(id, 'w', 'news');
    same('the chunks', resultOf(await reading)['chunks'], [
      { seq: 1, stream: 'stdout', chunk: base64('news') },
    ]);
    same('the write', await other, { result: { status: 'accepted' } });
  }),
  on('wait-ends', 'a wait for nothing ends by itself, and not before its time', async (session) => {
    const id = await session.start(['/bin/cat'], { pipeStdin: true });
    const startedAt = performance.now();
    same('the answer', await session.read(id, { waitMs: 400 }), {
      result: { chunks: [], nextSeq: 1, ...RUNNING },
    });
    const took = performance.now() - startedAt;
    holds(took >= 395, 'expected to wait 400 ms', took);
  }),
  on('wait-for-exit', 'the end of the process ends a wait', async (session) => {
    const id = await session.script('sleep 0.3; exit 5');
    let page = resultOf(await session.read(id, { waitMs: 10_000 }));
    if (page['closed'] !== true) {
      page = resultOf(await session.read(id, { afterSeq: Number(page['nextSeq']) - 1, waitMs: 10_000 }));
    }
    same('the end', [page['exited'], page['exitCode'], page['closed']], [true, 5, true]);
  }),
  on('wait-after-exit', 'who knows of the exit waits for what comes after it', async (session) => {
    const id = await session.script('(sleep 0.5; echo late) & exit 0');
    const { params } = await session.event('process/exited', id);
    const page = resultOf(await session.read(id, { afterSeq: params?.['seq'], waitMs: 10_000 }));
    same('the chunks', page['chunks'], [{ seq: 2, stream: 'stdout', chunk: base64('late\n') }]);
  }),
  on('several', 'several readers at once get the same', async (session) => {
    const id = await threeChunks(session);
    const answers = await Promise.all([session.read(id), session.read(id), session.read(id)]);
    for (const answer of answers) same('the chunks', resultOf(answer)['chunks'], CHUNKS);
  }),
  on('beside-a-wait', 'other requests are answered beside a waiting read', async (session) => {
    const id = await session.start(['/bin/cat'], { pipeStdin: true });
    const reading = session.read(id, { waitMs: 3000 });
    const startedAt = performance.now();
    await session.request('environment/status');
    const took = performance.now() - startedAt;
    holds(took < 2000, 'expected an answer before the read is over', took);
    await reading;
  }),
  refuses('unknown', 'an unknown process is refused with -32600', -32600, (session) =>
    session.read('nobody'),
  ),
  ...(
    [
      ['after-negative', { afterSeq: -1 }],
      ['after-fraction', { afterSeq: 1.5 }],
      ['after-type', { afterSeq: '1' }],
      ['budget-negative', { maxBytes: -1 }],
      ['wait-negative', { waitMs: -1 }],
      ['id-missing', { processId: undefined }],
    ] as const
  ).map(([name, params]) =>
    refuses(name, `${JSON.stringify(params)} is refused with -32602`, -32602, (session) =>
      session.read('p', params),
    ),
  ),
];

/** A cat that has echoed a, bb and ccc, each as a chunk of its own, and runs on. */
async function threeChunks(session: Session): Promise<string> {
  const id = await session.start(['/bin/cat'], { pipeStdin: true });
  for (const text of ['a', 'bb', 'ccc']) {
    await session.write(id, text, text);
    await session.event('process/output', id);
  }
  return id;
}

async function killed(session: Session): Promise<string> {
  const id = await threeChunks(session);
  await session.request('process/terminate', { processId: id });
  await session.event('process/closed', id);
  return id;
}

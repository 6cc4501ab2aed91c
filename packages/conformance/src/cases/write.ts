import { area, type ConformanceCase, refused } from '../case.js';
import { same } from '../expect.js';
import { base64, decoded } from '../wire/events.js';

const { in: on, refuses } = area('write', 'process/write');

const ACCEPTED = { result: { status: 'accepted' } };
const CAT = { pipeStdin: true };

export const WRITE_CASES: readonly ConformanceCase[] = [
  on('echo', 'bytes reach the process', async (session) => {
    const id = await session.start(['/bin/cat'], CAT);
    same('the answer', await session.write(id, '1', 'hello'), ACCEPTED);
    same('the output', await session.outputUntil(id, 'hello'), 'hello');
  }),
  on('binary', 'all 256 bytes reach the process', async (session) => {
    const id = await session.start(['/bin/cat'], CAT);
    const bytes = Uint8Array.from({ length: 256 }, (_, at) => at);
    await session.request('process/write', { processId: id, writeId: 'w', chunk: base64(bytes) });
    same('the output', await session.outputUntil(id, '\xff'), Buffer.from(bytes).toString('latin1'));
  }),
  on('order', '200 writes sent without waiting arrive in order', async (session) => {
    const id = await session.start(['/bin/cat'], CAT);
    const lines = Array.from({ length: 200 }, (_, at) => `${at}\n`);
    const answers = await Promise.all(lines.map((line, at) => session.write(id, String(at), line)));
    for (const answer of answers) same('the answer', answer, ACCEPTED);
    same('the output', await session.outputUntil(id, '199\n'), lines.join(''));
  }),
  on('repeat', 'a repeated writeId is accepted and writes nothing', async (session) => {
    const id = await session.start(['/bin/cat'], CAT);
    for (const [writeId, text] of [
      ['1', 'a'],
      ['1', 'a'],
      ['1', 'x'],
      ['2', 'b'],
    ] as const) {
      same('the answer', await session.write(id, writeId, text), ACCEPTED);
    }
    same('the output', await session.outputUntil(id, 'b'), 'ab');
  }),
  on('repeat-of-two', 'writeIds belong to their process', async (session) => {
    const [a, b] = [await session.start(['/bin/cat'], CAT), await session.start(['/bin/cat'], CAT)];
    await session.write(a, '1', 'a');
    await session.write(b, '1', 'b');
    same('the output', [await session.outputUntil(a, 'a'), await session.outputUntil(b, 'b')], ['a', 'b']);
  }),
  on('repeat-after-end', 'a known writeId is accepted even after the end', async (session) => {
    const id = await session.start(['/bin/cat'], CAT);
    await session.write(id, '1', 'a');
    await session.request('process/terminate', { processId: id });
    await session.event('process/closed', id);
    same('the answer', await session.write(id, '1', 'a'), ACCEPTED);
  }),
  on('empty', 'an empty chunk is accepted, and is no end of input', async (session) => {
    const id = await session.start(['/bin/cat'], CAT);
    same('the answer', await session.write(id, '1', ''), ACCEPTED);
    await session.write(id, '2', 'still here');
    same('the output', await session.outputUntil(id, 'still here'), 'still here');
  }),
  on('no-pipe', 'a process without pipeStdin has its stdin closed', async (session) => {
    const id = await session.script('sleep 30');
    same('the answer', await session.write(id, '1', 'a'), { result: { status: 'stdinClosed' } });
  }),
  on('unknown', 'an unknown process is told by status', async (session) => {
    same('the answer', await session.write('nobody', '1', 'a'), { result: { status: 'unknownProcess' } });
  }),
  on('after-end', 'a new write after the end is refused with -32603', async (session) => {
    const id = await session.start(['/bin/cat'], CAT);
    await session.request('process/terminate', { processId: id });
    await session.event('process/closed', id);
    refused(await session.write(id, '1', 'a'), -32603);
  }),
  on('megabytes', '4 MB go through a process and come back', async (session) => {
    const id = await session.start(['/bin/cat'], CAT);
    const piece = 'x'.repeat(100_000);
    const answers = Array.from({ length: 40 }, (_, at) => session.write(id, String(at), piece));
    let length = 0;
    while (length < 4_000_000) {
      length += decoded((await session.event('process/output', id)).params?.['chunk']).length;
    }
    same('the length', length, 4_000_000);
    for (const answer of await Promise.all(answers)) same('the answer', answer, ACCEPTED);
  }),
  ...(
    [
      ['id-empty', 'an empty writeId', { writeId: '', chunk: '' }],
      ['id-missing', 'no writeId', { chunk: '' }],
      ['chunk-missing', 'no chunk', { writeId: '1' }],
      ['base64-alphabet', 'a chunk with a foreign character', { writeId: '1', chunk: '!!!!' }],
      ['base64-padding', 'a chunk without its padding', { writeId: '1', chunk: 'YQ' }],
      ['base64-space', 'a chunk with white space', { writeId: '1', chunk: 'YW Jj' }],
    ] as const
  ).map(([name, title, params]) =>
    refuses(name, `${title}: refused with -32602`, -32602, async (session) => {
      const processId = await session.start(['/bin/cat'], CAT);
      return await session.request('process/write', { processId, ...params });
    }),
  ),
];

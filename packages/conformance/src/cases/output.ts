import { area, type ConformanceCase } from '../case.js';
import { holds, same } from '../expect.js';
import { decoded } from '../wire/events.js';

const { in: on, on: onServer } = area('output', 'process/output');
const exited = area('exited', 'process/exited');
const closed = area('closed', 'process/closed');

/** How a process ended, and the code that this has. */
const ENDINGS: readonly (readonly [name: string, script: string, exitCode: number])[] = [
  ['zero', 'exit 0', 0],
  ['three', 'exit 3', 3],
  ['modulo', 'exit 255', 255],
  ['term', 'kill -TERM $$', 143],
  ['kill', 'kill -KILL $$', 137],
  ['segv', 'ulimit -c 0; kill -SEGV $$', 139],
];

export const OUTPUT_CASES: readonly ConformanceCase[] = [
  on('streams', 'stdout and stderr come apart, in base64', async (session) => {
    const { stdout, stderr, exitCode } = await session.run('echo out; echo err >&2');
    same('the run', { stdout, stderr, exitCode }, { stdout: 'out\n', stderr: 'err\n', exitCode: 0 });
  }),
  on('members', 'an output has id, seq, stream and chunk and nothing else', async (session) => {
    const id = await session.script('echo hi');
    const { params } = await session.event('process/output', id);
    same('the parameters', params, { processId: id, seq: 1, stream: 'stdout', chunk: 'aGkK' });
  }),
  on('bytes', 'all 256 bytes arrive as they were', async (session) => {
    const script = 'i=0; while [ $i -lt 256 ]; do printf "\\\\$(printf %03o $i)"; i=$((i+1)); done';
    const all = Array.from({ length: 256 }, (_, byte) => String.fromCharCode(byte)).join('');
    same('the bytes', (await session.run(script)).stdout, all);
  }),
  on('order', 'what is written alternately keeps its order on each stream', async (session) => {
    const { stdout, stderr } = await session.run('for i in 1 2 3 4 5 6 7 8 9; do echo $i; echo $i >&2; done');
    same('both streams', [stdout, stderr], ['1\n2\n3\n4\n5\n6\n7\n8\n9\n', '1\n2\n3\n4\n5\n6\n7\n8\n9\n']);
  }),
  on('much', '20 MB arrive whole and numbered without holes', async (session) => {
    const run = await session.run('yes 0123456789abcde | head -c 20000000');
    same('the length', run.stdout.length, 20_000_000);
    holds(
      /^(?:0123456789abcde\n)+$/.test(run.stdout.slice(0, 1_600_000)),
      'expected the lines as printed',
      '',
    );
  }),
  onServer('processes-apart', 'events of many processes do not mix', async (executor) => {
    const session = await executor.session();
    const ids = await Promise.all(
      Array.from({ length: 20 }, (_, at) =>
        session.script(`for i in 1 2 3; do echo ${at}; done`, { processId: `m${at}` }),
      ),
    );
    const runs = await Promise.all(ids.map((id) => session.finish(id)));
    same(
      'the output',
      runs.map(({ stdout }) => stdout),
      ids.map((_, at) => `${at}\n`.repeat(3)),
    );
  }),
  ...ENDINGS.map(([name, script, exitCode]) =>
    exited.in(name, `${script}: exit code ${exitCode}`, async (session) => {
      same('the exit code', (await session.run(script)).exitCode, exitCode);
    }),
  ),
  exited.in('members', 'exited has id, seq, exit code and a verdict on the sandbox', async (session) => {
    const id = await session.script('exit 3');
    const { params } = await session.event('process/exited', id);
    same('the parameters', params, { processId: id, seq: 1, exitCode: 3, sandboxDenied: false });
  }),
  exited.in(
    'own-output-first',
    'what the process itself wrote comes before exited, 100 times',
    async (session) => {
      for (let round = 0; round < 100; round += 1) {
        const id = await session.script('echo out; echo err >&2', { processId: `r${round}` });
        const methods = (await session.events(id)).map(({ method }) => method);
        same('the last two events', methods.slice(-2), ['process/exited', 'process/closed']);
      }
    },
  ),
  exited.in('late-output', 'exited does not wait for a child that holds the output', async (session) => {
    const id = await session.script('(sleep 1; echo late) & echo early');
    const events = await session.events(id);
    same(
      'the events',
      events.map(({ method, params }) => [
        method,
        params?.['chunk'] === undefined ? '' : decoded(params['chunk']),
      ]),
      [
        ['process/output', 'early\n'],
        ['process/exited', ''],
        ['process/output', 'late\n'],
        ['process/closed', ''],
      ],
    );
  }),
  closed.in('members', 'closed is last and has id and seq', async (session) => {
    const id = await session.script('exit 0');
    const { params } = await session.event('process/closed', id);
    same('the parameters', params, { processId: id, seq: 2 });
  }),
  closed.in('streams-shut', 'closed waits for exited even if the output ends before', async (session) => {
    const id = await session.script('exec >&- 2>&-; sleep 0.5; exit 4');
    const run = await session.finish(id);
    same('the run', [run.exitCode, run.methods], [4, ['process/exited', 'process/closed']]);
  }),
];

import { area, type ConformanceCase, refused, resultOf } from '../case.js';
import { holds, same } from '../expect.js';
import { PATH, startParams } from '../wire/session.js';

const { in: on, refuses, on: onServer } = area('start', 'process/start');

/** Parameters that are refused before anything is tried. */
const INVALID: readonly (readonly [
  name: string,
  title: string,
  changes: Readonly<Record<string, unknown>>,
])[] = [
  ['no-id', 'without processId', { processId: undefined }],
  ['no-argv', 'without argv', { argv: undefined }],
  ['no-cwd', 'without cwd', { cwd: undefined }],
  ['no-env', 'without env', { env: undefined }],
  ['no-tty', 'without tty', { tty: undefined }],
  ['argv-empty', 'with an empty argv', { argv: [] }],
  ['argv-type', 'with an argv that is no list', { argv: '/bin/true' }],
  ['argv-element', 'with a number in argv', { argv: ['/bin/true', 5] }],
  ['env-type', 'with an env that is no object', { env: [] }],
  ['env-value', 'with a number in env', { env: { A: 5 } }],
  ['tty-type', 'with a tty that is no boolean', { tty: 1 }],
  ['pipe-stdin-null', 'with pipeStdin null', { pipeStdin: null }],
  ['id-type', 'with a processId that is no string', { processId: 5 }],
  ['cwd-relative', 'with a path instead of a URI', { cwd: '/tmp' }],
  ['cwd-scheme', 'with a URI that is no file', { cwd: 'http://host/tmp' }],
  ['cwd-host', 'with a file of another host', { cwd: 'file://host/tmp' }],
  ['cwd-drive', 'with a path of another platform', { cwd: 'file:///C:/Users' }],
  ['cwd-query', 'with a query behind the path', { cwd: 'file:///tmp?a' }],
  ['cwd-fragment', 'with a fragment behind the path', { cwd: 'file:///tmp#a' }],
  ['cwd-nul', 'with a NUL in the path', { cwd: 'file:///tmp%00' }],
  ['thread-id', 'with a threadId that is no UUID', { metadata: { threadId: 'x' } }],
  ['policy-partial', 'with an envPolicy that lacks members', { envPolicy: { inherit: 'all' } }],
  ['sandbox-type', 'with a sandbox that is no object', { sandbox: 5 }],
];

/** Programs that cannot be started. */
const IMPOSSIBLE: readonly (readonly [
  name: string,
  title: string,
  changes: Readonly<Record<string, unknown>>,
])[] = [
  ['program-empty', 'an empty program', { argv: [''] }],
  ['program-missing', 'a program that does not exist', { argv: ['/no/such/program'] }],
  ['name-missing', 'a name that is not on the PATH', { argv: ['no-such-program'] }],
  ['program-directory', 'a directory as program', { argv: ['/'] }],
  ['program-data', 'a file that is not executable', { argv: ['/etc/passwd'] }],
  ['cwd-missing', 'a working directory that does not exist', { cwd: 'file:///no/such/directory' }],
  ['cwd-file', 'a working directory that is a file', { cwd: 'file:///etc/passwd' }],
];

/** Spellings of a directory. */
const SPELLINGS: readonly (readonly [name: string, uri: string, path: string])[] = [
  ['one-slash', 'file:/usr', '/usr'],
  ['upper-case', 'FILE:///usr', '/usr'],
  ['localhost', 'file://localhost/usr', '/usr'],
  ['slash-at-end', 'file:///usr/', '/usr'],
  ['dots', 'file:///usr/bin/../lib/..', '/usr'],
  ['root', 'file://', '/'],
  ['percent', 'file:///%75sr', '/usr'],
];

export const START_CASES: readonly ConformanceCase[] = [
  on('answer', 'answers the process id and what confines it', async (session) => {
    same('the answer', await session.request('process/start', startParams({ processId: 'a b/é' })), {
      result: { processId: 'a b/é', sandboxType: 'none' },
    });
    same('the exit code', (await session.finish('a b/é')).exitCode, 0);
  }),
  on('id-empty', 'a process id may be empty', async (session) => {
    await session.start(['/bin/true'], { processId: '' });
    same('the exit code', (await session.finish('')).exitCode, 0);
  }),
  on('arguments', 'arguments arrive byte for byte', async (session) => {
    const words = ['', ' ', '*', '$HOME', "'", '"', '\\', '\n', 'é', '-n'];
    const script = 'for a in "$@"; do printf "%s|" "$a"; done';
    const run = await session.finish(await session.start(['/bin/sh', '-c', script, 'sh', ...words]));
    same(
      'the output',
      Buffer.from(run.stdout, 'latin1').toString(),
      words.map((word) => `${word}|`).join(''),
    );
  }),
  on('arg0', 'arg0 is what the program sees as its name', async (session) => {
    const run = await session.finish(
      await session.start(['/bin/sh', '-c', 'ps -o args= -p $$ || cat /proc/$$/cmdline'], {
        arg0: 'another',
      }),
    );
    same('whether the name was seen', run.stdout.startsWith('another'), true);
  }),
  on('search', 'a name without a slash is searched on the PATH of env', async (session) => {
    same('the exit code', (await session.finish(await session.start(['true']))).exitCode, 0);
  }),
  on('search-default', 'without a PATH a default one is searched', async (session) => {
    same('the exit code', (await session.finish(await session.start(['true'], { env: {} }))).exitCode, 0);
  }),
  on('optional-nulls', 'optional members may be null', async (session) => {
    const nulls = {
      arg0: null,
      envPolicy: null,
      sandbox: null,
      managedNetwork: null,
      networkProxy: null,
      metadata: null,
    };
    same('the exit code', (await session.finish(await session.start(['/bin/true'], nulls))).exitCode, 0);
  }),
  on('metadata', 'metadata changes nothing', async (session) => {
    const metadata = { threadId: '01a1fce8-67f3-7282-af3c-5104f9946541', toolCallId: 'call_1' };
    same(
      'the exit code',
      (await session.finish(await session.start(['/bin/true'], { metadata }))).exitCode,
      0,
    );
  }),
  on('session-leader', 'a process leads a session and a group of its own', async (session) => {
    const run = await session.run('ps -o pid=,pgid=,sid= -p $$');
    const [pid, ...others] = run.stdout.trim().split(/\s+/);
    same('group and session', others, [pid, pid]);
  }),
  on('null-stdin', 'without pipeStdin a process reads nothing', async (session) => {
    same('the output', (await session.run('cat; echo end')).stdout, 'end\n');
  }),
  on('id-in-use', 'an id in use is refused with -32600, also after the end', async (session) => {
    await session.start(['/bin/cat'], { pipeStdin: true });
    refused(await session.request('process/start', startParams({ processId: 'p1' })), -32600);
    await session.request('process/terminate', { processId: 'p1' });
    await session.events('p1');
    refused(await session.request('process/start', startParams({ processId: 'p1' })), -32600);
  }),
  onServer('id-of-another', 'two sessions may use the same id', async (executor) => {
    const [a, b] = [await executor.session(), await executor.session()];
    const runs = await Promise.all([a.run('echo a'), b.run('echo b')]);
    same(
      'the output',
      runs.map(({ stdout }) => stdout),
      ['a\n', 'b\n'],
    );
  }),
  on('after-failure', 'an id whose start failed is free at once', async (session) => {
    refused(await session.tryStart({ argv: ['/no/such/program'] }), -32603);
    resultOf(await session.tryStart({}));
    same('the exit code', (await session.finish('p1')).exitCode, 0);
  }),
  on('argv-nul', 'a NUL in an argument is refused, not cut off there', async (session) => {
    const { error } = await session.tryStart({ argv: ['/bin/echo', 'a\0b'] });
    holds(error?.code === -32602 || error?.code === -32603, 'expected -32602 or -32603', error);
  }),
  on('many', '100 processes at once all end', async (session) => {
    const ids = await Promise.all(
      Array.from({ length: 100 }, (_, at) => session.script(`echo ${at}`, { processId: `m${at}` })),
    );
    const runs = await Promise.all(ids.map((id) => session.finish(id)));
    same(
      'the output',
      runs.map(({ stdout }) => stdout),
      ids.map((_, at) => `${at}\n`),
    );
  }),
  ...INVALID.map(([name, title, changes]) =>
    refuses(name, `${title}: refused with -32602`, -32602, (session) => session.tryStart(changes)),
  ),
  ...IMPOSSIBLE.map(([name, title, changes]) =>
    refuses(name, `${title}: refused with -32603`, -32603, (session) => session.tryStart(changes)),
  ),
  ...SPELLINGS.map(([name, cwd, path]) =>
    on(`cwd-${name}`, `${cwd} is ${path}`, async (session) => {
      same('the working directory', (await session.run('pwd -P', { cwd })).stdout, `${path}\n`);
    }),
  ),
  on('cwd-escaped', 'a directory with odd characters is found', async (session, { workspace }) => {
    await session.run('mkdir "sp ace#?%"', { cwd: workspace });
    const run = await session.run('basename "$PWD"', { cwd: `${workspace}/sp%20ace%23%3F%25` });
    same('the working directory', run.stdout, 'sp ace#?%\n');
  }),
  on('cwd-bytes', 'a directory whose name is no UTF-8 is found', async (session, { workspace }) => {
    await session.run('mkdir "$(printf \'b\\377\')"', { cwd: workspace });
    const run = await session.run('basename "$PWD"', {
      cwd: `${workspace}/b%FF`,
      env: { PATH, LC_ALL: 'C' },
    });
    same('the working directory', run.stdout, 'b\xff\n');
  }),
];

import { area, type ConformanceCase, refused } from '../../case.js';
import type { Executor } from '../../executor.js';
import { same } from '../../expect.js';
import { contentOf, Place } from '../../place.js';
import { base64 } from '../../wire/events.js';
import type { Session } from '../../wire/session.js';

const reading = area('file', 'fs/readFile');
const writing = area('file', 'fs/writeFile');

const EVERY_BYTE = String.fromCharCode(...Array.from({ length: 256 }, (_, byte) => byte));

/** What is no regular file, and how to make one. */
const OTHERS: readonly (readonly [name: string, make: string])[] = [
  ['directory', 'mkdir x'],
  ['pipe', 'mkfifo x'],
  ['device', 'ln -s /dev/zero x'],
];

/** Spellings of the file `a b`, in the directory `d`. */
const SPELLINGS: readonly (readonly [name: string, spell: (uri: string) => string])[] = [
  ['short', (uri) => `${uri.replace('file:///', 'file:/')}/d/a%20b`],
  ['host', (uri) => `${uri.replace('file:///', 'file://localhost/')}/d/a%20b`],
  ['scheme-case', (uri) => `${uri.replace('file:', 'FILE:')}/d/a%20b`],
  ['dots', (uri) => `${uri}/./d/../d/a%20b`],
  ['bare-space', (uri) => `${uri}/d/a b`],
  ['no-slash', (uri) => `${uri.replace('file:///', 'file:')}/d/a%20b`],
];

const BAD_PATHS: readonly (readonly [name: string, path: unknown, code: number])[] = [
  ['relative', 'srv/a', -32602],
  ['plain', '/srv/a', -32602],
  ['scheme', 'http://localhost/a', -32602],
  ['query', 'file:///srv/a?b', -32602],
  ['fragment', 'file:///srv/a#b', -32602],
  ['nul', 'file:///srv/a%00b', -32602],
  ['type', 1, -32602],
  ['foreign-host', 'file://elsewhere/srv/a', -32600],
  ['foreign-drive', 'file:///C:/Users', -32600],
];

export const CONTENT_CASES: readonly ConformanceCase[] = [
  reading.in('read', 'every byte of a file is read', async (session, executor) => {
    const place = await Place.make(session, executor);
    same('the answer', await place.write('all', EVERY_BYTE), { result: {} });
    await place.ask('fs/writeFile', 'all', {
      dataBase64: Buffer.from(EVERY_BYTE, 'latin1').toString('base64'),
    });
    same('the content', contentOf(await place.ask('fs/readFile', 'all')), EVERY_BYTE);
  }),
  reading.in('read-empty', 'an empty file is read', async (session, executor) => {
    const place = await Place.make(session, executor, ': > empty');
    same('the answer', await place.ask('fs/readFile', 'empty'), { result: { dataBase64: '' } });
  }),
  reading.in('read-large', '8 MB are read whole', async (session, executor) => {
    const place = await Place.make(session, executor, 'seq -f %07.0f 0 999999 > large');
    const content = contentOf(await place.ask('fs/readFile', 'large', {}));
    same('the size', content.length, 8_000_000);
    same('the ends', [content.slice(0, 8), content.slice(-8)], ['0000000\n', '0999999\n']);
  }),
  reading.in('read-link', 'a link is followed', async (session, executor) => {
    const place = await Place.make(session, executor, 'echo here > a; ln -s a b');
    same('the content', contentOf(await place.ask('fs/readFile', 'b')), 'here\n');
  }),
  reading.refuses('read-missing', 'a missing file: refused with -32004', -32004, async (session, executor) =>
    (await Place.make(session, executor)).ask('fs/readFile', 'missing'),
  ),
  reading.refuses(
    'read-below-file',
    'a path that goes through a file: refused with -32603',
    -32603,
    async (session, executor) => (await Place.make(session, executor, ': > a')).ask('fs/readFile', 'a/b'),
  ),
  ...OTHERS.map(([name, make]) =>
    reading.refuses(`read-${name}`, `reading a ${name}: refused with -32600`, -32600, (session, executor) =>
      askOf(session, executor, make, 'fs/readFile', {}),
    ),
  ),
  ...OTHERS.slice(0, 1).map(([name, make]) =>
    writing.refuses(`write-${name}`, `writing a ${name}: refused with -32603`, -32603, (session, executor) =>
      askOf(session, executor, make, 'fs/writeFile', { dataBase64: '' }),
    ),
  ),
  writing.in(
    'write-pipe',
    'writing a pipe that nobody reads is refused, and holds nothing up',
    async (session, executor) => {
      const place = await Place.make(session, executor, 'mkfifo x');
      try {
        refused(await place.write('x', 'y'), -32603);
      } finally {
        // Whoever waits for a reader must not wait beyond the case.
        await (await executor.session()).run(': <> x', { cwd: place.uri });
      }
    },
  ),
  reading.in('link-not-followed', 'without followSymlinks a link is refused', async (session, executor) => {
    const place = await Place.make(session, executor, 'mkdir d; echo a > d/a; ln -s d l; ln -s d/a m');
    const followSymlinks = false;
    refused(await place.ask('fs/readFile', 'm', { followSymlinks }), -32603);
    refused(await place.ask('fs/readFile', 'l/a', { followSymlinks }), -32603);
    same('the content', contentOf(await place.ask('fs/readFile', 'd/a', { followSymlinks })), 'a\n');
  }),
  writing.in('write-link-not-followed', 'nor written through', async (session, executor) => {
    const place = await Place.make(session, executor, 'echo kept > a; ln -s a l');
    refused(
      await place.ask('fs/writeFile', 'l', { dataBase64: base64('lost'), followSymlinks: false }),
      -32603,
    );
    same('the content', await place.sh('cat a'), 'kept\n');
  }),
  writing.in('write', 'a file is made, and its directory is not', async (session, executor) => {
    const place = await Place.make(session, executor);
    same('the answer', await place.write('new', 'text'), { result: {} });
    same('the content', await place.sh('cat new'), 'text');
    refused(await place.write('missing/new', 'text'), -32004);
  }),
  writing.in('write-shorter', 'a file becomes shorter and keeps its mode', async (session, executor) => {
    const place = await Place.make(session, executor, 'echo longer > a; chmod 750 a');
    await place.write('a', 'x');
    same('content and mode', await place.sh('cat a; ls -l a | cut -c1-10'), 'x-rwxr-x---\n');
  }),
  writing.in('write-link', 'a link is written through and stays', async (session, executor) => {
    const place = await Place.make(session, executor, 'echo old > a; ln -s a l');
    await place.write('l', 'new\n');
    same('content and link', await place.sh('cat a; readlink l'), 'new\na\n');
  }),
  writing.in('write-same-file', 'two names of a file stay one file', async (session, executor) => {
    const place = await Place.make(session, executor, 'echo old > a; ln a b');
    await place.write('a', 'new\n');
    same('the content', await place.sh('cat b'), 'new\n');
  }),
  writing.refuses(
    'write-base64',
    'what is no base64: refused with -32600',
    -32600,
    async (session, executor) =>
      (await Place.make(session, executor)).ask('fs/writeFile', 'a', { dataBase64: '!' }),
  ),
  writing.in(
    'order',
    'what is written is what a read behind it sees, without waiting',
    async (session, executor) => {
      const place = await Place.make(session, executor);
      const texts = Array.from({ length: 20 }, (_, at) => `text ${at}`);
      const reads = texts.map((text) => {
        void place.write('a', text);
        return place.ask('fs/readFile', 'a');
      });
      same('the contents', (await Promise.all(reads)).map(contentOf), texts);
    },
  ),
  writing.in('order-start', 'a process that is started behind a write sees it', async (session, executor) => {
    const place = await Place.make(session, executor);
    const written = place.write('a', 'written');
    same('what cat printed', await place.sh('cat a'), 'written');
    await written;
  }),
  reading.in(
    'bare-percent',
    'a % without two digits behind it stands for itself',
    async (session, executor) => {
      const place = await Place.make(session, executor, 'echo found > 100%z');
      same('the content', contentOf(await place.ask('fs/readFile', '100%z')), 'found\n');
    },
  ),
  writing.in('write-null-device', 'the null device takes what is written', async (session, executor) => {
    const place = await Place.make(session, executor, 'ln -s /dev/null x');
    same('the answer', await place.write('x', 'text'), { result: {} });
  }),
  reading.in('bytes', 'a name that is no UTF-8 is found', async (session, executor) => {
    const place = await Place.make(session, executor, 'echo odd > "$(printf \'b\\377\')"');
    same('the content', contentOf(await place.ask('fs/readFile', 'b%FF')), 'odd\n');
  }),
  ...SPELLINGS.map(([name, spell]) =>
    reading.in(`path-${name}`, `a path is found however it is spelt (${name})`, async (session, executor) => {
      const place = await Place.make(session, executor, 'mkdir d; echo found > "d/a b"');
      same(
        'the content',
        contentOf(await session.request('fs/readFile', { path: spell(place.uri) })),
        'found\n',
      );
    }),
  ),
  ...BAD_PATHS.map(([name, path, code]) =>
    reading.refuses(`path-${name}`, `the path ${String(path)}: refused with ${code}`, code, (session) =>
      session.request('fs/readFile', { path }),
    ),
  ),
  reading.refuses('path-missing', 'no path: refused with -32602', -32602, (session) =>
    session.request('fs/readFile', {}),
  ),
];

async function askOf(
  session: Session,
  executor: Executor,
  make: string,
  method: string,
  params: Readonly<Record<string, unknown>>,
): ReturnType<Place['ask']> {
  return await (await Place.make(session, executor, make)).ask(method, 'x', params);
}

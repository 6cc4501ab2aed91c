import { area, type ConformanceCase, refused, resultOf } from '../../case.js';
import { holds, same } from '../../expect.js';
import { Place } from '../../place.js';

const metadata = area('entry', 'fs/getMetadata');
const canonical = area('entry', 'fs/canonicalize');
const listing = area('directory', 'fs/readDirectory');
const making = area('directory', 'fs/createDirectory');

export const ENTRY_CASES: readonly ConformanceCase[] = [
  metadata.in('file', 'a file has a size and a time', async (session, executor) => {
    const place = await Place.make(session, executor, 'printf 12345 > a; touch -t 202001020304.05 a');
    const { createdAtMs, modifiedAtMs, ...rest } = resultOf(await place.ask('fs/getMetadata', 'a'));
    same('the rest', rest, { isDirectory: false, isFile: true, isSymlink: false, size: 5 });
    same('the types of the times', [typeof createdAtMs, typeof modifiedAtMs], ['number', 'number']);
    const seconds = Number(await place.sh('date -r a +%s'));
    same('the time of the last change', modifiedAtMs, seconds * 1000);
  }),
  metadata.in('directory', 'a directory is none', async (session, executor) => {
    const place = await Place.make(session, executor, 'mkdir d');
    const { isDirectory, isFile, isSymlink } = resultOf(await place.ask('fs/getMetadata', 'd'));
    same(
      'what it is',
      { isDirectory, isFile, isSymlink },
      { isDirectory: true, isFile: false, isSymlink: false },
    );
  }),
  metadata.in('link', 'a link is told with what it leads to', async (session, executor) => {
    const place = await Place.make(session, executor, 'printf 123 > a; ln -s a l');
    const { isFile, isSymlink, size } = resultOf(await place.ask('fs/getMetadata', 'l'));
    same('what it is', { isFile, isSymlink, size }, { isFile: true, isSymlink: true, size: 3 });
  }),
  metadata.in(
    'link-not-followed',
    'without followSymlinks a link is refused with -32600',
    async (session, executor) => {
      const place = await Place.make(session, executor, ': > a; ln -s a l');
      refused(await place.ask('fs/getMetadata', 'l', { followSymlinks: false }), -32600);
      resultOf(await place.ask('fs/getMetadata', 'a', { followSymlinks: false }));
    },
  ),
  metadata.in('pipe', 'a pipe is neither file nor directory', async (session, executor) => {
    const place = await Place.make(session, executor, 'mkfifo p');
    const { isDirectory, isFile } = resultOf(await place.ask('fs/getMetadata', 'p'));
    same('what it is', { isDirectory, isFile }, { isDirectory: false, isFile: false });
  }),
  metadata.refuses('missing', 'what is missing: refused with -32004', -32004, async (session, executor) =>
    (await Place.make(session, executor)).ask('fs/getMetadata', 'missing'),
  ),
  metadata.refuses('dangling', 'a link to nothing: refused with -32004', -32004, async (session, executor) =>
    (await Place.make(session, executor, 'ln -s nothing l')).ask('fs/getMetadata', 'l'),
  ),
  metadata.refuses('loop', 'a link to itself: refused with -32603', -32603, async (session, executor) =>
    (await Place.make(session, executor, 'ln -s l l')).ask('fs/getMetadata', 'l'),
  ),
  canonical.in('canonical', 'links are resolved', async (session, executor) => {
    const place = await Place.make(session, executor, 'mkdir d; : > "d/a b"; ln -s d l');
    const direct = resultOf(await place.ask('fs/canonicalize', 'd/a%20b'))['path'];
    same('the path', await place.ask('fs/canonicalize', 'l/../l/a%20b'), { result: { path: direct } });
    holds(String(direct).endsWith('/d/a%20b'), 'expected a path that ends with /d/a%20b', direct);
  }),
  canonical.refuses(
    'canonical-missing',
    'what is missing: refused with -32004',
    -32004,
    async (session, executor) => (await Place.make(session, executor)).ask('fs/canonicalize', 'missing'),
  ),
  listing.in(
    'list',
    'entries are told with what they lead to; dangling links are left out',
    async (session, executor) => {
      const place = await Place.make(
        session,
        executor,
        'mkdir d; : > f; : > .h; mkfifo p; ln -s d ld; ln -s f lf; ln -s no no',
      );
      const { entries } = resultOf(await place.ask('fs/readDirectory', '.'));
      const lines = (entries as Record<string, unknown>[]).map(
        ({ fileName, isDirectory, isFile }) => `${String(fileName)} ${String(isDirectory)} ${String(isFile)}`,
      );
      same('the entries', lines.sort(), [
        '.h false true',
        'd true false',
        'f false true',
        'ld true false',
        'lf false true',
        'p false false',
      ]);
    },
  ),
  listing.in('list-empty', 'an empty directory is listed', async (session, executor) => {
    const place = await Place.make(session, executor);
    same('the answer', await session.request('fs/readDirectory', { path: place.uri }), {
      result: { entries: [] },
    });
  }),
  listing.in('list-many', '3,000 entries are listed', async (session, executor) => {
    const place = await Place.make(session, executor, 'seq 3000 | xargs touch');
    same(
      'how many',
      (resultOf(await place.ask('fs/readDirectory', '.'))['entries'] as unknown[]).length,
      3000,
    );
  }),
  listing.refuses('list-file', 'a file: refused with -32603', -32603, async (session, executor) =>
    (await Place.make(session, executor, ': > a')).ask('fs/readDirectory', 'a'),
  ),
  listing.refuses(
    'list-missing',
    'a missing directory: refused with -32004',
    -32004,
    async (session, executor) => (await Place.make(session, executor)).ask('fs/readDirectory', 'a'),
  ),
  making.in(
    'make',
    'by default the directories above are made too, and one that is there is fine',
    async (session, executor) => {
      const place = await Place.make(session, executor);
      const ask = () => place.ask('fs/createDirectory', 'a/b/c');
      same('the answers', [await ask(), await ask()], [{ result: {} }, { result: {} }]);
      same('whether it is there', await place.sh('[ -d a/b/c ] && echo yes'), 'yes\n');
    },
  ),
  making.in('make-one', 'without recursive one directory is made', async (session, executor) => {
    const place = await Place.make(session, executor);
    same('the answer', await place.ask('fs/createDirectory', 'a', { recursive: false }), { result: {} });
    same('whether it is there', await place.sh('[ -d a ] && echo yes'), 'yes\n');
  }),
  making.in(
    'make-refused',
    'and neither an existing one nor one without a parent',
    async (session, executor) => {
      const place = await Place.make(session, executor, 'mkdir a');
      refused(await place.ask('fs/createDirectory', 'a', { recursive: false }), -32603);
      refused(await place.ask('fs/createDirectory', 'b/c', { recursive: false }), -32004);
    },
  ),
  making.refuses('make-over-file', 'over a file: refused with -32603', -32603, async (session, executor) =>
    (await Place.make(session, executor, ': > a')).ask('fs/createDirectory', 'a'),
  ),
  making.refuses('make-below-file', 'below a file: refused with -32603', -32603, async (session, executor) =>
    (await Place.make(session, executor, ': > a')).ask('fs/createDirectory', 'a/b'),
  ),
];

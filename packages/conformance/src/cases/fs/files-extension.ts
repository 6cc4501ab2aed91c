import { area, type ConformanceCase, needsExtension, refused, resultOf } from '../../case.js';
import type { Executor } from '../../executor.js';
import { same } from '../../expect.js';
import { contentOf, Place } from '../../place.js';
import { base64, decoded } from '../../wire/events.js';
import type { Session } from '../../wire/session.js';

const NEEDED = needsExtension('files');
const listing = area('x-list', 'fs/list', NEEDED);
const linking = area('x-symlink', 'fs/symlink', NEEDED);
const permitting = area('x-permissions', 'fs/setPermissions', NEEDED);
const describing = area('x-permissions', 'fs/getMetadata', NEEDED);
const writing = area('x-permissions', 'fs/writeFile', NEEDED);
const opening = area('x-keep', 'fs/open', NEEDED);
const digesting = area('x-digest', 'fs/digest', NEEDED);
const renaming = area('x-rename', 'fs/rename', NEEDED);

const EMPTY_SHA256 = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855';
const ABC_SHA256 = 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad';
const NO_LINKS = { followSymlinks: false };

/** A place for a client that agreed on the extension. */
async function placeOf(executor: Executor, make?: string): Promise<Place & { readonly session: Session }> {
  const session = await executor.with('files');
  return Object.assign(await Place.make(session, executor, make), { session });
}

/** The place without links above it, as requests that follow none have to name it. */
async function realPlace(executor: Executor, make?: string): Promise<Awaited<ReturnType<typeof placeOf>>> {
  const place = await placeOf(executor, make);
  const real = resultOf(await place.ask('fs/canonicalize', '.'))['path'];
  return Object.assign(place, { at: (path: string) => `${String(real)}/${path}` });
}

export const FILES_EXTENSION_CASES: readonly ConformanceCase[] = [
  listing.on(
    'kinds',
    'entries are sorted and told as they are, links with what they hold',
    async (executor) => {
      const place = await placeOf(
        executor,
        'mkdir d; printf 123 > f; chmod 640 f; mkfifo p; ln -s d ld; ln -s ../no/where no; touch -t 202001020304.05 f',
      );
      const { entries, truncated } = resultOf(await place.ask('fs/list', '.'));
      const told = (entries as Record<string, unknown>[]).map(({ path, kind, targetBase64 }) => [
        String(path).replace(/^.*\//, ''),
        kind,
        targetBase64 === undefined ? undefined : decoded(targetBase64),
      ]);
      same('the entries', told, [
        ['d', 'directory', undefined],
        ['f', 'file', undefined],
        ['ld', 'symlink', 'd'],
        ['no', 'symlink', '../no/where'],
        ['p', 'other', undefined],
      ]);
      const file = (entries as Record<string, unknown>[])[1];
      const modifiedAtMs = Number(await place.sh('date -r f +%s')) * 1000;
      same('the file', file, {
        path: file?.['path'],
        kind: 'file',
        size: 3,
        permissions: 0o640,
        modifiedAtMs,
      });
      same('whether there are more', truncated, false);
    },
  ),
  listing.on('bytes', 'names and targets that are not UTF-8 stay what they are', async (executor) => {
    const place = await placeOf(executor, `ln -s "$(printf 'a\\377')" "$(printf 'l\\376')"`);
    const { entries } = resultOf(await place.ask('fs/list', '.'));
    const [link] = entries as Record<string, unknown>[];
    same(
      'the link',
      [String(link?.['path']).replace(/^.*\//, ''), decoded(link?.['targetBase64'])],
      ['l%FE', 'a\xff'],
    );
  }),
  listing.on(
    'refused',
    'a file, what is missing, and without followSymlinks a link: refused',
    async (executor) => {
      const place = await realPlace(executor, ': > f; mkdir d; ln -s d l');
      refused(await place.ask('fs/list', 'f'), -32603);
      refused(await place.ask('fs/list', 'missing'), -32004);
      refused(await place.ask('fs/list', 'l', NO_LINKS), -32603);
      resultOf(await place.ask('fs/list', 'l'));
      resultOf(await place.ask('fs/list', 'd', NO_LINKS));
    },
  ),
  linking.on('make', 'a link holds what it is given, existing or not', async (executor) => {
    const place = await placeOf(executor);
    for (const target of ['../no/where', '/etc', '.', 'a b']) {
      const asked = await place.ask('fs/symlink', 'l', { targetBase64: base64(target) });
      same('the answer', asked, { result: {} });
      same('where it leads', await place.sh('readlink l'), `${target}\n`);
    }
  }),
  linking.on('replace', 'it takes the place of a file, and not of a directory', async (executor) => {
    const place = await placeOf(executor, 'printf old > f; mkdir d; mkfifo p');
    resultOf(await place.ask('fs/symlink', 'f', { targetBase64: base64('d') }));
    refused(await place.ask('fs/symlink', 'd', { targetBase64: base64('f') }), -32600);
    refused(await place.ask('fs/symlink', 'p', { targetBase64: base64('f') }), -32600);
    same(
      'what is there',
      await place.sh('readlink f; [ -L d ] || echo d; [ -p p ] && ls -A'),
      'd\nd\nd\nf\np\n',
    );
  }),
  linking.on(
    'refused',
    'an empty target, one with NUL, and a link above where none is followed',
    async (executor) => {
      const place = await realPlace(executor, 'mkdir d; ln -s d l');
      refused(await place.ask('fs/symlink', 'x', { targetBase64: '' }), -32600);
      refused(await place.ask('fs/symlink', 'x', { targetBase64: base64('a\0b') }), -32600);
      refused(await place.ask('fs/symlink', 'x', { targetBase64: '*' }), -32602);
      refused(await place.ask('fs/symlink', 'l/x', { targetBase64: base64('a'), ...NO_LINKS }), -32603);
      same('what is there', await place.sh('ls -A . d'), '.:\nd\nl\n\nd:\n');
    },
  ),
  permitting.on('set', 'the bits are set whatever the umask, of files and directories', async (executor) => {
    const place = await placeOf(executor, ': > f; mkdir d; ln -s f l');
    resultOf(await place.ask('fs/setPermissions', 'f', { permissions: 0o766 }));
    resultOf(await place.ask('fs/setPermissions', 'd', { permissions: 0o705 }));
    same('the bits', await place.sh('ls -ld d f | cut -c1-10'), 'drwx---r-x\n-rwxrw-rw-\n');
    resultOf(await place.ask('fs/setPermissions', 'l', { permissions: 0o600 }));
    same('behind the link', await place.sh('ls -ld f | cut -c1-10'), '-rw-------\n');
  }),
  permitting.on(
    'refused',
    'bits beyond the nine, what is missing, and without followSymlinks a link',
    async (executor) => {
      const place = await realPlace(executor, ': > f; ln -s f l');
      refused(await place.ask('fs/setPermissions', 'f', { permissions: 0o4755 }), -32602);
      refused(await place.ask('fs/setPermissions', 'missing', { permissions: 0o600 }), -32004);
      refused(await place.ask('fs/setPermissions', 'l', { permissions: 0o600, ...NO_LINKS }), -32600);
      resultOf(await place.ask('fs/setPermissions', 'f', { permissions: 0o600, ...NO_LINKS }));
    },
  ),
  describing.on('told', 'they are told to whom agreed on it, and to nobody else', async (executor) => {
    const place = await placeOf(executor, ': > f; chmod 751 f');
    same('to the one', resultOf(await place.ask('fs/getMetadata', 'f'))['permissions'], 0o751);
    const legacy = await Place.make(await executor.session(), executor, ': > f');
    same('to the other', 'permissions' in resultOf(await legacy.ask('fs/getMetadata', 'f')), false);
  }),
  writing.on('written', 'a file is written with its permissions, new or not', async (executor) => {
    const place = await placeOf(executor, 'printf older > old; chmod 666 old');
    for (const name of ['old', 'new']) {
      const asked = { dataBase64: base64('abc'), permissions: 0o640 };
      resultOf(await place.ask('fs/writeFile', name, asked));
    }
    same(
      'the bits',
      await place.sh('ls -l old new | cut -c1-10; cat old new'),
      '-rw-r-----\n-rw-r-----\nabcabc',
    );
  }),
  opening.on('keep', 'what is there stays, and is read and written', async (executor) => {
    const place = await placeOf(executor, 'printf abcdef > f');
    const open = { handleId: 'h', mode: 'replace', keep: true, permissions: 0o600 };
    same('the answer', await place.ask('fs/open', 'f', open), { result: { handleId: 'h' } });
    resultOf(await place.session.request('fs/writeBlock', { handleId: 'h', offset: 3, chunk: base64('DE') }));
    const block = resultOf(await place.session.request('fs/readBlock', { handleId: 'h', offset: 0, len: 9 }));
    same('the content', decoded(block['chunk']), 'abcDEf');
    same('the bits', await place.sh('ls -l f | cut -c1-10'), '-rw-------\n');
  }),
  opening.on('taken', 'who goes on with a file takes it from who did so before', async (executor) => {
    const place = await placeOf(executor);
    const other = await executor.with('files');
    const open = { path: place.at('f'), handleId: 'h', mode: 'replace', keep: true };
    const write = (session: Session, text: string) =>
      session.request('fs/writeBlock', { handleId: 'h', offset: 0, chunk: base64(text) });
    resultOf(await place.session.request('fs/open', open));
    resultOf(await write(place.session, 'one'));
    resultOf(await other.request('fs/open', open));
    const late = await write(place.session, 'late');
    refused(late, -32603);
    same('the kind', (late.error?.data as Record<string, unknown>)['kind'], 'fileTaken');
    const rename = await place.session.request('fs/rename', { handleId: 'h', path: place.at('g') });
    refused(rename, -32603);
    resultOf(await write(other, 'two'));
    same('the content', contentOf(await place.ask('fs/readFile', 'f')), 'two');
    same('the end', await place.session.request('fs/close', { handleId: 'h' }), { result: {} });
  }),
  opening.on(
    'links',
    'without followSymlinks a link is refused, and no file made behind it',
    async (executor) => {
      const place = await realPlace(executor, 'ln -s f l');
      refused(await place.ask('fs/open', 'l', { handleId: 'h', mode: 'replace', ...NO_LINKS }), -32603);
      same('what is there', await place.sh('ls -A'), 'l\n');
    },
  ),
  opening.on(
    'unasked',
    'these fields are ignored where the extension was not agreed on',
    async (executor) => {
      const session = await executor.session();
      const place = await Place.make(session, executor, 'printf abc > f');
      const asked = { handleId: 'h', mode: 'replace', keep: true, permissions: 'x', followSymlinks: 5 };
      resultOf(await place.ask('fs/open', 'f', asked));
      same('the content', contentOf(await place.ask('fs/readFile', 'f')), '');
      refused(await session.request('fs/digest', { handleId: 'h', length: 1 }), -32601);
    },
  ),
  digesting.on('of', 'the first bytes have a digest, and it says how many they were', async (executor) => {
    const place = await placeOf(executor, 'printf abcdef > f');
    await place.ask('fs/open', 'f', { handleId: 'h' });
    const digest = async (length: number) =>
      resultOf(await place.session.request('fs/digest', { handleId: 'h', length }));
    same('of three', await digest(3), { sha256: ABC_SHA256, length: 3, size: 6 });
    same('of none', await digest(0), { sha256: EMPTY_SHA256, length: 0, size: 6 });
    await place.sh('printf abc > f');
    same('of more than there are', await digest(99), { sha256: ABC_SHA256, length: 3, size: 3 });
  }),
  digesting.on('order', 'what was written before counts, without waiting for answers', async (executor) => {
    const place = await placeOf(executor);
    await place.ask('fs/open', 'f', { handleId: 'h', mode: 'replace', keep: true });
    const write = { handleId: 'h', offset: 0, chunk: base64('abc') };
    const [, digest] = await Promise.all([
      place.session.request('fs/writeBlock', write),
      place.session.request('fs/digest', { handleId: 'h', length: 9 }),
      place.session.request('fs/writeBlock', { ...write, chunk: base64('xyz') }),
    ]);
    same('the digest', digest, { result: { sha256: ABC_SHA256, length: 3, size: 3 } });
  }),
  digesting.on('unknown', 'an id that is not open: refused with -32004', async (executor) => {
    const session = await executor.with('files');
    refused(await session.request('fs/digest', { handleId: 'no', length: 1 }), -32004);
    refused(await session.request('fs/rename', { handleId: 'no', path: 'file:///x' }), -32004);
  }),
  renaming.on(
    'over',
    'a file gets its name and permissions, in place of a file or a link',
    async (executor) => {
      const place = await placeOf(
        executor,
        'printf kept > k; chmod 644 k; ln -s k l; printf old > f; : > p; : > q',
      );
      for (const [from, to] of [
        ['p', 'f'],
        ['q', 'l'],
      ] as const) {
        await place.ask('fs/open', from, { handleId: from, mode: 'replace', keep: true });
        await place.session.request('fs/writeBlock', { handleId: from, offset: 0, chunk: base64(to) });
        const asked = { handleId: from, path: place.at(to), permissions: 0o750 };
        same('the answer', await place.session.request('fs/rename', asked), { result: {} });
      }
      same(
        'what is there',
        await place.sh('ls -l | cut -c1-10 | tail -n +2; cat f k l; ls'),
        ['-rwxr-x---\n-rw-r--r--\n-rwxr-x---\n', 'fkeptl', 'f\nk\nl\n'].join(''),
      );
    },
  ),
  renaming.on(
    'refused',
    "over a directory or a pipe, and when the name is another file's by now",
    async (executor) => {
      const place = await placeOf(executor, ': > p; mkdir d; mkfifo x');
      await place.ask('fs/open', 'p', { handleId: 'h', mode: 'replace', keep: true });
      refused(await place.session.request('fs/rename', { handleId: 'h', path: place.at('d') }), -32600);
      refused(await place.session.request('fs/rename', { handleId: 'h', path: place.at('x') }), -32600);
      refused(await place.session.request('fs/rename', { handleId: 'h', path: place.at('no/f') }), -32004);
      await place.sh('mv p elsewhere; : > p');
      refused(await place.session.request('fs/rename', { handleId: 'h', path: place.at('f') }), -32004);
      same('what is there', await place.sh('[ -p x ] && ls -A'), 'd\nelsewhere\np\nx\n');
    },
  ),
];

import { area, type ConformanceCase, refused } from '../../case.js';
import { same } from '../../expect.js';
import { Place } from '../../place.js';
import type { Answer } from '../../wire/message.js';
import type { Session } from '../../wire/session.js';

const copying = area('copy', 'fs/copy');
const removing = area('remove', 'fs/remove');

export const TREE_CASES: readonly ConformanceCase[] = [
  copying.in('file', 'a file is copied with its mode', async (session, executor) => {
    const place = await Place.make(session, executor, 'echo text > a; chmod 750 a');
    same('the answer', await copy(session, place, 'a', 'b'), { result: {} });
    same('content and mode', await place.sh('cat b; ls -l b | cut -c1-10'), 'text\n-rwxr-x---\n');
  }),
  copying.in('over', 'a file that is there is overwritten', async (session, executor) => {
    const place = await Place.make(session, executor, 'echo a > a; echo longer > b');
    await copy(session, place, 'a', 'b');
    same('the content', await place.sh('cat b'), 'a\n');
  }),
  copying.in('self', 'a file that is copied onto itself stays as it is', async (session, executor) => {
    const place = await Place.make(session, executor, 'echo kept > a; ln a b; ln -s a l');
    for (const name of ['a', 'b', 'l']) await copy(session, place, 'a', name);
    same('the content', await place.sh('cat a'), 'kept\n');
  }),
  copying.in('tree', 'a directory is copied whole', async (session, executor) => {
    const place = await Place.make(
      session,
      executor,
      'mkdir -p d/e; echo f > d/e/f; : > d/.h; ln -s e/f d/l',
    );
    same('the answer', await copy(session, place, 'd', 'c', true), { result: {} });
    same('the copy', await place.sh('cat c/e/f; ls -A c; readlink c/l'), 'f\n.h\ne\nl\ne/f\n');
  }),
  copying.in('link', 'a link is copied as a link', async (session, executor) => {
    const place = await Place.make(session, executor, ': > a; ln -s a l');
    await copy(session, place, 'l', 'm');
    same('the copy', await place.sh('readlink m'), 'a\n');
  }),
  copying.in('flat', 'a directory without recursive: refused with -32600', async (session, executor) => {
    const place = await Place.make(session, executor, 'mkdir d');
    refused(await copy(session, place, 'd', 'c'), -32600);
    same('what is there', await place.sh('ls'), 'd\n');
  }),
  copying.in('into-itself', 'a directory into itself: refused with -32600', async (session, executor) => {
    const place = await Place.make(session, executor, 'mkdir d');
    refused(await copy(session, place, 'd', 'd', true), -32600);
    refused(await copy(session, place, 'd', 'd/e', true), -32600);
    same('what is there', await place.sh('find .| sort'), '.\n./d\n');
  }),
  copying.in('pipe', 'a pipe: refused with -32600', async (session, executor) => {
    const place = await Place.make(session, executor, 'mkfifo p');
    refused(await copy(session, place, 'p', 'q'), -32600);
  }),
  copying.in('missing', 'what is missing: refused with -32004', async (session, executor) => {
    const place = await Place.make(session, executor, ': > a');
    refused(await copy(session, place, 'b', 'c'), -32004);
    refused(await copy(session, place, 'a', 'd/c'), -32004);
  }),
  copying.in(
    'recursive-required',
    'recursive has no default: refused with -32602',
    async (session, executor) => {
      const place = await Place.make(session, executor, ': > a');
      const paths = { sourcePath: place.at('a'), destinationPath: place.at('b') };
      refused(await session.request('fs/copy', paths), -32602);
    },
  ),
  removing.in('file', 'a file is removed', async (session, executor) => {
    const place = await Place.make(session, executor, ': > a; : > b');
    same('the answer', await place.ask('fs/remove', 'a'), { result: {} });
    same('what is left', await place.sh('ls'), 'b\n');
  }),
  removing.in('tree', 'by default a directory is removed with what it holds', async (session, executor) => {
    const place = await Place.make(session, executor, 'mkdir -p d/e/f; : > d/e/g; : > b');
    same('the answer', await place.ask('fs/remove', 'd'), { result: {} });
    same('what is left', await place.sh('ls'), 'b\n');
  }),
  removing.in('link', 'a link is removed, and not what it leads to', async (session, executor) => {
    const place = await Place.make(session, executor, 'mkdir d; : > d/a; ln -s d l');
    await place.ask('fs/remove', 'l');
    same('what is left', await place.sh('ls; ls d'), 'd\na\n');
  }),
  removing.in('links-inside', 'nor what links in a directory lead to', async (session, executor) => {
    const place = await Place.make(session, executor, 'mkdir d e; : > e/a; ln -s ../e d/l');
    await place.ask('fs/remove', 'd');
    same('what is left', await place.sh('ls; ls e'), 'e\na\n');
  }),
  removing.in(
    'missing',
    'what is missing is fine by default, and -32004 without force',
    async (session, executor) => {
      const place = await Place.make(session, executor);
      same('the answer', await place.ask('fs/remove', 'a'), { result: {} });
      refused(await place.ask('fs/remove', 'a', { force: false }), -32004);
    },
  ),
  removing.in(
    'flat',
    'without recursive an empty directory goes, a full one is refused with -32603',
    async (session, executor) => {
      const place = await Place.make(session, executor, 'mkdir d e; : > e/a');
      same('the answer', await place.ask('fs/remove', 'd', { recursive: false }), { result: {} });
      refused(await place.ask('fs/remove', 'e', { recursive: false }), -32603);
      same('what is left', await place.sh('ls -d *; ls e'), 'e\na\n');
    },
  ),
  removing.in(
    'not-followed',
    'without followSymlinks no link is passed, and no tree removed',
    async (session, executor) => {
      const place = await Place.make(session, executor, 'mkdir d; : > d/a; ln -s d l');
      refused(await place.ask('fs/remove', 'l/a', { followSymlinks: false, recursive: false }), -32603);
      refused(await place.ask('fs/remove', 'd', { followSymlinks: false }), -32603);
      same('what is left', await place.sh('ls d'), 'a\n');
    },
  ),
];

function copy(session: Session, place: Place, from: string, to: string, recursive = false): Promise<Answer> {
  const paths = { sourcePath: place.at(from), destinationPath: place.at(to) };
  return session.request('fs/copy', { ...paths, recursive });
}

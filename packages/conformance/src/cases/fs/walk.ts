import { area, type ConformanceCase, resultOf } from '../../case.js';
import { same } from '../../expect.js';
import { Place } from '../../place.js';

const { in: on, refuses } = area('walk', 'fs/walk');

const OPTIONS = { maxDepth: 64, maxDirectories: 10_000, maxEntries: 50_000, followDirectorySymlinks: false };
const TREE = 'mkdir -p b/c .h/i; : > a; : > b/c/d; : > b/a; : > .h/j; ln -s b l; ln -s a m; ln -s no n';

/** What a walk of the tree gives with some options changed. */
const WALKS: readonly (readonly [
  name: string,
  title: string,
  options: Readonly<Record<string, unknown>>,
  found: readonly string[],
  truncated: boolean,
])[] = [
  [
    'tree',
    'level by level, each directory sorted',
    {},
    ['.h/', 'a', 'b/', '.h/i/', '.h/j', 'b/a', 'b/c/', 'b/c/d'],
    false,
  ],
  ['depth-0', 'depth 0 lists what is in the root', { maxDepth: 0 }, ['.h/', 'a', 'b/'], false],
  [
    'depth-1',
    'depth 1 goes one level down',
    { maxDepth: 1 },
    ['.h/', 'a', 'b/', '.h/i/', '.h/j', 'b/a', 'b/c/'],
    false,
  ],
  ['entries', 'a limit of entries cuts the walk', { maxEntries: 2 }, ['.h/', 'a'], true],
  ['directories', 'a limit of directories cuts the walk', { maxDirectories: 1 }, ['.h/', 'a', 'b/'], true],
  [
    'hidden',
    'hidden directories are listed and not entered on request',
    { pruneHiddenDirectories: true },
    ['.h/', 'a', 'b/', 'b/a', 'b/c/', 'b/c/d'],
    false,
  ],
];

/** Options that are refused, and with what. */
const REFUSED: readonly (readonly [
  name: string,
  options: Readonly<Record<string, unknown>>,
  code: number,
])[] = [
  ['zero-directories', { maxDirectories: 0 }, -32600],
  ['zero-entries', { maxEntries: 0 }, -32600],
  ['too-deep', { maxDepth: 65 }, -32600],
  ['too-many-directories', { maxDirectories: 10_001 }, -32600],
  ['too-many-entries', { maxEntries: 50_001 }, -32600],
  ['negative', { maxDepth: -1 }, -32602],
  ['no-follow', { followDirectorySymlinks: undefined }, -32602],
];

export const WALK_CASES: readonly ConformanceCase[] = [
  ...WALKS.map(([name, title, options, found, truncated]) =>
    on(name, title, async (session, executor) => {
      const place = await Place.make(session, executor, TREE);
      same('the walk', await walk(place, options), { found, errors: [], truncated });
    }),
  ),
  on('follow', 'links to directories are followed on request, and none twice', async (session, executor) => {
    const place = await Place.make(session, executor, 'mkdir a; : > a/f; ln -s .. a/up; ln -s a l');
    const { found, truncated } = await walk(place, { followDirectorySymlinks: true });
    same('the walk', { found, truncated }, { found: ['a/', 'l/', 'a/f', 'a/up/'], truncated: false });
  }),
  on('empty', 'nothing is below an empty directory, a file or a link', async (session, executor) => {
    const place = await Place.make(session, executor, 'mkdir d; : > a; ln -s / l');
    const nothing = { result: { entries: [], errors: [], truncated: false } };
    for (const name of ['d', 'a', 'l']) {
      same(name, await place.ask('fs/walk', name, { options: OPTIONS }), nothing);
    }
  }),
  on('escaped', 'the paths of odd names can be used again', async (session, executor) => {
    const place = await Place.make(session, executor, "echo odd > 'a ?#%é'");
    const { entries } = resultOf(await place.ask('fs/walk', '.', { options: OPTIONS }));
    const [entry] = entries as { readonly path: string }[];
    const { dataBase64 } = resultOf(await session.request('fs/readFile', { path: entry?.path }));
    same('the content', Buffer.from(String(dataBase64), 'base64').toString(), 'odd\n');
  }),
  on('bytes', 'a name that is no UTF-8 is listed with its bytes', async (session, executor) => {
    const place = await Place.make(session, executor, ': > "$(printf \'b\\377\')"');
    same('the walk', await walk(place, {}), { found: ['b%FF'], errors: [], truncated: false });
  }),
  refuses('missing', 'a missing root: refused with -32004', -32004, async (session, executor) =>
    (await Place.make(session, executor)).ask('fs/walk', 'missing', { options: OPTIONS }),
  ),
  ...REFUSED.map(([name, options, code]) =>
    refuses(name, `${name}: refused with ${code}`, code, async (session, executor) =>
      (await Place.make(session, executor)).ask('fs/walk', '.', { options: { ...OPTIONS, ...options } }),
    ),
  ),
];

interface Walk {
  /** Paths below the place; directories end with a slash. */
  readonly found: readonly string[];
  readonly errors: unknown;
  readonly truncated: unknown;
}

async function walk(place: Place, options: Readonly<Record<string, unknown>>): Promise<Walk> {
  const result = resultOf(await place.ask('fs/walk', '', { options: { ...OPTIONS, ...options } }));
  const entries = result['entries'] as { readonly path: string; readonly kind: string }[];
  const found = entries.map(({ path, kind }) => {
    const below = path.startsWith(`${place.uri}/`) ? path.slice(place.uri.length + 1) : path;
    return kind === 'directory' ? `${below}/` : below;
  });
  return { found, errors: result['errors'], truncated: result['truncated'] };
}

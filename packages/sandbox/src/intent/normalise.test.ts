import { ExecError } from '@holdfast/exec-protocol';
import { describe, expect, test } from 'vitest';
import type { DirectoryEntry, FileFacts } from '../files/file-facts.js';
import { StalePlan } from '../files/stale-plan.js';
import { type FakeFile, fakeFiles } from '../files/testing/fake-files.js';
import {
  MAX_ENTRY_DEPTH,
  MAX_GLOB_MATCHES,
  MAX_INTENT_CHARACTERS,
  MAX_INTENT_ENTRIES,
  MAX_SCANNED_ENTRIES,
  MAX_WRITABLE_DIRECTORIES,
} from '../limits.js';
import type { NormalisedPolicy } from '../policy/path-rule.js';
import { nameOf } from '../policy/rule-origin.js';
import { fakeScanning } from '../repositories/testing/fake-scans.js';
import type { ExecutorRoots } from './executor-roots.js';
import { globScansOf } from './glob-scans.js';
import { normalise } from './normalise.js';
import { PatternLooks } from './pattern-looks.js';
import type { IntentEntry, SandboxIntent } from './schema.js';

const ROOTS: ExecutorRoots = {
  cwd: '/ws',
  tmpdir: '/var/tmp/me',
  slashTmp: '/tmp',
  minimal: ['/usr', '/bin'],
};

const TREE: Readonly<Record<string, FakeFile>> = {
  '/tmp': 'shared',
  '/var/tmp/me': 'directory',
  '/usr/bin': 'directory',
  '/bin': { link: 'usr/bin' },
  '/etc/passwd': { text: '' },
  '/ws/.env': { text: '' },
  '/ws/a/b/x.env': { text: '' },
  '/ws/a/deep/er/y.env': { text: '' },
  '/ws/secret/keys': 'directory',
  '/ws/link': { link: '/srv/data' },
  '/ws/loop': { link: 'loop' },
  '/srv/data': 'directory',
  '/second': 'directory',
  '/sealed': 'sealed',
};

const ENTRY = 'sandbox.permissions.file_system.entries';

function entry(path: IntentEntry['path'], access: IntentEntry['access'], skip = false): IntentEntry {
  return { path, access, ...(skip ? { missing_path_behavior: 'skip' } : {}) };
}

function at(path: string, access: IntentEntry['access'], skip = false): IntentEntry {
  return entry({ type: 'path', path: `file://${path}` }, access, skip);
}

function special(
  value: Extract<IntentEntry['path'], { type: 'special' }>['value'],
  access: IntentEntry['access'],
  skip = false,
): IntentEntry {
  return entry({ type: 'special', value }, access, skip);
}

function glob(pattern: string, access: IntentEntry['access'] = 'deny'): IntentEntry {
  return entry({ type: 'glob_pattern', pattern }, access);
}

async function normalised(
  entries: readonly IntentEntry[],
  more: Partial<SandboxIntent> = {},
  maxDepth?: number,
  files: FileFacts = fakeFiles(TREE),
): Promise<NormalisedPolicy> {
  const intent: SandboxIntent = {
    permissions: {
      type: 'managed',
      file_system: { type: 'restricted', entries: [...entries], glob_scan_max_depth: maxDepth },
      network: 'restricted',
    },
    workspaceRoots: ['file:///ws'],
    windowsSandboxLevel: 'disabled',
    ...more,
  };
  const matches = await new PatternLooks(fakeScanning(files)).find(globScansOf(intent, ROOTS), files);
  const policy = normalise(intent, { roots: ROOTS, files, patterns: matches });
  if (policy === undefined) throw new Error('the intent confines nothing');
  return policy;
}

function lines({ rules }: NormalisedPolicy): readonly string[] {
  return rules.map(({ access, path, kind }) => `${access} ${path}${kind === 'missing' ? ' (missing)' : ''}`);
}

describe('what an entry stands for', () => {
  const ROOT_READ = special({ kind: 'root' }, 'read');
  test.each<[string, readonly IntentEntry[], readonly string[]]>([
    ['the root', [ROOT_READ], ['read /']],
    ['what programs need', [special({ kind: 'minimal' }, 'read')], ['read /usr', 'read /usr/bin']],
    ['/tmp', [special({ kind: 'slash_tmp' }, 'write')], ['write /tmp']],
    ['TMPDIR', [special({ kind: 'tmpdir' }, 'write')], ['write /var/tmp/me']],
    ['a workspace root', [special({ kind: 'project_roots' }, 'write')], ['write /ws']],
    ['its older name', [special({ kind: 'current_working_directory' }, 'write')], ['write /ws']],
    [
      'a subpath of it',
      [special({ kind: 'project_roots', subpath: 'secret/keys' }, 'read')],
      ['read /ws/secret/keys'],
    ],
    ['a path', [at('/srv/data', 'write')], ['write /srv/data']],
    ['a link, which stands for its target', [at('/ws/link', 'write')], ['write /srv/data']],
    [
      'a relative pattern, below the working directory, names with a dot too',
      [special({ kind: 'project_roots' }, 'write'), glob('**/*.env')],
      ['write /ws', 'deny /ws/.env', 'deny /ws/a/b/x.env', 'deny /ws/a/deep/er/y.env'],
    ],
    [
      'an absolute pattern',
      [special({ kind: 'project_roots' }, 'write'), glob('/ws/a/*/*.env')],
      ['write /ws', 'deny /ws/a/b/x.env'],
    ],
    [
      'a symbol of a newer client, which grants nothing',
      [special({ kind: 'unknown', path: ':home' }, 'write')],
      [],
    ],
  ])('%s', async (_, entries, expected) => {
    expect(lines(await normalised(entries))).toEqual(expected);
  });

  test('a link out of the working directory is told of where it opens a directory, for a command could have made it', async () => {
    const told = async (...entries: readonly IntentEntry[]): Promise<readonly string[]> =>
      (await normalised(entries)).notes.map(({ text }) => text);
    expect(await told(at('/ws/link', 'write'))).toEqual([
      '/ws/link leads to /srv/data, out of /ws, by the link /ws/link, and can be written there; name that directory if it is meant',
    ]);
    expect(await told(at('/ws/link', 'read'), at('/bin', 'write'), at('/ws/a', 'write'))).toEqual([]);
  });

  test('a link that a command may replace is told of where it opens or denies something', async () => {
    const project = special({ kind: 'project_roots' }, 'write');
    const told = async (...entries: readonly IntentEntry[]): Promise<unknown> =>
      (await normalised([project, ...entries])).notes.map(({ text, isGap }) => [text, isGap]);
    const [led, then] = [
      '/ws/link leads to /srv/data by the link /ws/link, which a command may replace',
      'what it leads to then; name /srv/data',
    ];
    expect(await told(at('/ws/link', 'write'))).toEqual([
      [`${led}: the next start opens ${then}`, undefined],
    ]);
    expect(await told(at('/ws/link', 'deny'))).toEqual([[`${led}: the next start denies ${then}`, true]]);
    expect(await told(at('/ws/link', 'read'), at('/bin', 'deny'), at('/ws/a', 'deny'))).toEqual([]);
  });

  test('a directory in a tree that every sandbox has for itself is not written outside, which is told', async () => {
    const files = fakeFiles({ '/dev/shm/ws': 'directory', '/dev/null': { text: '' } });
    const entries = ['/dev/shm/ws', '/dev/null'].map((path) => at(path, 'write'));
    const policy = await normalised([ROOT_READ, ...entries], {}, undefined, files);
    expect([lines(policy), policy.notes]).toEqual([
      ['read /', 'write /dev/null'],
      [
        {
          origin: { source: 'intent', entry: `${ENTRY}.1` },
          text: 'nothing is written in /dev/shm/ws outside, for every sandbox has a /dev of its own; name a directory elsewhere',
        },
      ],
    ]);
  });

  test('each workspace root gets what project_roots says', async () => {
    const policy = await normalised([special({ kind: 'project_roots' }, 'write')], {
      workspaceRoots: ['file:///ws', 'file:///second'],
    });
    expect(lines(policy)).toEqual(['write /second', 'write /ws']);
  });

  test('the policy context wins over what stands beside it', async () => {
    const policy = await normalised([special({ kind: 'project_roots' }, 'write')], {
      policyContext: { workspaceRoots: ['file:///second'] },
    });
    expect(lines(policy)).toEqual(['write /second']);
  });

  test('a pattern is looked for no deeper than the intent allows', async () => {
    const policy = await normalised([special({ kind: 'project_roots' }, 'write'), glob('**/*.env')], {}, 3);
    expect(lines(policy)).toEqual(['write /ws', 'deny /ws/.env', 'deny /ws/a/b/x.env']);
  });
});

describe('precedence', () => {
  const WS = special({ kind: 'project_roots' }, 'write');
  test.each<[string, readonly IntentEntry[], readonly string[]]>([
    [
      'the most specific path wins, whatever the order',
      [at('/ws/a/b', 'write'), at('/ws/a', 'deny'), WS],
      ['write /ws', 'deny /ws/a', 'write /ws/a/b'],
    ],
    [
      'deny wins over write for the same path',
      [WS, at('/ws/a', 'write'), at('/ws/a', 'deny')],
      ['write /ws', 'deny /ws/a'],
    ],
    ['write wins over read for the same path', [at('/ws/a', 'read'), at('/ws/a', 'write')], ['write /ws/a']],
    [
      'two names of one directory are the same path',
      [at('/srv/data', 'write'), at('/ws/link', 'deny')],
      ['deny /srv/data'],
    ],
    [
      'each directory that is granted keeps its rule',
      [WS, at('/ws/a', 'write')],
      ['write /ws', 'write /ws/a'],
    ],
  ])('%s', async (_, entries, expected) => {
    expect(lines(await normalised(entries))).toEqual(expected);
  });
});

test.each([
  ['matches', MAX_GLOB_MATCHES, 'there are more than 8192 matches; deny directories instead'],
  [
    'entries to look at',
    MAX_SCANNED_ENTRIES,
    'there are more than 400000 entries to look at; start patterns deeper or set glob_scan_max_depth',
  ],
])('S08 all patterns together have so many %s and no more', async (what, most, problem) => {
  const isMatch = what === 'matches';
  const many = Array.from(
    { length: most / 2 },
    (_, at): DirectoryEntry => ({
      name: `${at}${isMatch ? '.env' : ''}`,
      kind: 'file',
    }),
  );
  const tree = fakeFiles({ '/one': 'directory', '/two': 'directory', '/two/last': 'directory' });
  const files: FileFacts = {
    ...tree,
    list(path, atMost) {
      const entries: readonly DirectoryEntry[] =
        path === '/two/last' ? [{ name: 'x.env', kind: 'file' }] : many;
      return entries.length <= atMost ? entries : undefined;
    },
    look: (path) =>
      tree.look(path) ?? {
        kind: 'file',
        device: 1,
        inode: 1,
        uid: 0,
        gid: 0,
        links: 1,
        mode: 0o644,
      },
  };
  const patterns = (...globs: readonly string[]): Promise<NormalisedPolicy> => {
    const entries = [special({ kind: 'root' }, 'read'), ...globs.map((pattern) => glob(pattern))];
    return normalised(entries, {}, undefined, files);
  };
  expect((await patterns('/one/*.env', '/two/*.env')).rules.length).toBe(1 + (isMatch ? most : 0));
  await expect(patterns('/one/*.env', '/two/*.env', '/two/last/*.env')).rejects.toThrow(
    new ExecError('sandboxUnsupported', `${ENTRY}.3: with the pattern /two/last/*.env ${problem}`),
  );
});

test('an intent that is bound again has the roots of then', () => {
  const entries = [special({ kind: 'slash_tmp' }, 'read')];
  const file_system = { type: 'restricted' as const, entries };
  const intent: SandboxIntent = {
    permissions: { type: 'managed', file_system, network: 'restricted' },
    windowsSandboxLevel: 'disabled',
  };
  const boundTo = (slashTmp: string): readonly string[] => {
    const roots = { ...ROOTS, slashTmp };
    const policy = normalise(intent, { roots, files: fakeFiles(TREE), patterns: new Map() });
    return policy === undefined ? [] : lines(policy);
  };
  expect([boundTo('/ws'), boundTo('/ws/secret'), boundTo('/ws')]).toEqual([
    ['read /ws'],
    ['read /ws/secret'],
    ['read /ws'],
  ]);
});

test('entries stand for so many paths together and no more', async () => {
  const roots = 1024;
  const most = MAX_INTENT_ENTRIES / roots;
  const workspaceRoots = Array.from({ length: roots }, (_, at) => `file:///gone/${at}`);
  const entries = Array.from({ length: most }, (_, at) =>
    special({ kind: 'project_roots', subpath: `${at}` }, 'deny'),
  );
  expect((await normalised(entries, { workspaceRoots })).notes.length).toBe(MAX_INTENT_ENTRIES);
  await expect(normalised([...entries, at('/ws', 'write')], { workspaceRoots })).rejects.toThrow(
    new ExecError(
      'sandboxUnsupported',
      `${ENTRY}.8: the entries up to here stand for more than 8192 paths; send fewer, or fewer roots`,
    ),
  );
});

test('their paths and what patterns match have so many characters together and no more', async () => {
  const long = 2 ** 12;
  const match = '/ws/.env';
  const most = MAX_INTENT_CHARACTERS / long - 1;
  const entries = Array.from({ length: most }, () => at(`/${'x'.repeat(long - 1)}`, 'deny'));
  const rest = `/${'y'.repeat(long - 1 - match.length)}`;
  const whole = [...entries, at(rest, 'deny'), glob('/ws/.env')];
  expect((await normalised(whole)).notes.length).toBe(most + 1);
  await expect(normalised([...entries, at(`${rest}y`, 'deny'), glob('/ws/.env')])).rejects.toThrow(
    new ExecError(
      'sandboxUnsupported',
      `${ENTRY}.${most + 1}: the paths that the entries up to here stand for and match have more than 1048576 characters; name directories further up instead`,
    ),
  );
});

describe('paths of many names', () => {
  const deepest = '/d'.repeat(MAX_ENTRY_DEPTH);
  const refusal = new ExecError(
    'sandboxUnsupported',
    `${ENTRY}.0: it leads more than 256 names down, below ${deepest}; name that directory or one above it`,
  );
  const tree = fakeFiles({
    [`${deepest}/.env`]: { text: '' },
    [`${deepest}/e/.env`]: { text: '' },
    '/short': { link: `${deepest}/.env` },
  });

  test('an entry may have so many and no more, and lead to no more', async () => {
    expect(lines(await normalised([at(deepest, 'deny')], {}, undefined, tree))).toEqual([`deny ${deepest}`]);
    await expect(normalised([at(`${deepest}/.env`, 'deny')], {}, undefined, tree)).rejects.toThrow(refusal);
    await expect(normalised([at('/short', 'read')], {}, undefined, tree)).rejects.toThrow(refusal);
  });

  test('one with more is refused before anything is looked at', async () => {
    const unseen: FileFacts = {
      ...fakeFiles({}),
      look() {
        throw new Error('it was looked at');
      },
    };
    await expect(normalised([at(`${deepest}/.env`, 'deny')], {}, undefined, unseen)).rejects.toThrow(refusal);
  });

  test('what a pattern matches further down is denied with the directory there', async () => {
    const policy = await normalised([glob('/d/**/.env')], {}, undefined, tree);
    expect([lines(policy), policy.notes.map(({ origin, text }) => `${nameOf(origin)}: ${text}`)]).toEqual([
      [`deny ${deepest}`],
      [`${ENTRY}.0: it matches more than 256 names down, so ${deepest} is denied as a whole`],
    ]);
  });
});

describe('what does not exist', () => {
  const WS = special({ kind: 'project_roots' }, 'write');
  test.each<[string, readonly IntentEntry[], readonly string[]]>([
    ['a writable root is skipped', [at('/nowhere', 'write')], []],
    ['a readable root is skipped', [at('/nowhere', 'read')], []],
    ['a denied path outside of what is writable is skipped', [at('/nowhere', 'deny')], []],
    [
      'a denied path that could be created is kept from it',
      [WS, at('/ws/new', 'deny')],
      ['write /ws', 'deny /ws/new (missing)'],
    ],
    [
      'a read-only path that could be created is kept from it',
      [WS, at('/ws/new', 'read')],
      ['write /ws', 'read /ws/new (missing)'],
    ],
    [
      'of a longer way, the first name',
      [WS, at('/ws/new/er/path', 'deny')],
      ['write /ws', 'deny /ws/new (missing)'],
    ],
    [
      'a writable sibling does not undo it',
      [WS, at('/ws/new/open', 'write'), at('/ws/new/shut', 'read')],
      ['write /ws', 'read /ws/new (missing)'],
    ],
    [
      'one that may be skipped is',
      [WS, special({ kind: 'project_roots', subpath: '.git' }, 'read', true)],
      ['write /ws'],
    ],
    [
      'where nobody can make it, it needs nothing to keep it away',
      [at('/sealed', 'write'), at('/sealed/new', 'deny')],
      ['write /sealed'],
    ],
  ])('%s', async (_, entries, expected) => {
    expect(lines(await normalised(entries))).toEqual(expected);
  });

  test('what is skipped is noted', async () => {
    const entries = [at('/nowhere', 'write'), at('/gone', 'read', true)];
    expect((await normalised(entries, { workspaceRoots: [] })).notes).toEqual([
      {
        origin: { source: 'intent', entry: `${ENTRY}.1` },
        text: '/gone does not exist and is skipped, as asked',
      },
      { origin: { source: 'intent', entry: `${ENTRY}.0` }, text: '/nowhere does not exist and is skipped' },
    ]);
  });
});

describe('whole profiles', () => {
  test('disabled confines nothing', () => {
    const intent: SandboxIntent = { permissions: { type: 'disabled' }, windowsSandboxLevel: 'disabled' };
    expect(normalise(intent, { roots: ROOTS, files: fakeFiles(TREE), patterns: new Map() })).toBeUndefined();
  });

  test.each<SandboxIntent['permissions']>([
    { type: 'external', network: 'restricted' },
    { type: 'managed', file_system: { type: 'unrestricted' }, network: 'restricted' },
  ])('$type without restricted files leaves them alone', (permissions) => {
    const intent: SandboxIntent = { permissions, windowsSandboxLevel: 'disabled' };
    const policy = normalise(intent, { roots: ROOTS, files: fakeFiles(TREE), patterns: new Map() });
    expect(policy === undefined ? [] : [policy.restrictsFiles, policy.network, ...lines(policy)]).toEqual([
      false,
      'restricted',
      'write /',
    ]);
  });
});

test.each(['shut', 'shutByOthers'] as const)(
  'what is denied below a directory that this user does not get into is denied with it (%s)',
  async (shut) => {
    const policy = await normalised(
      [at('/ws/own/a/key', 'deny')],
      {},
      undefined,
      fakeFiles({ '/ws/own': shut }),
    );
    expect([lines(policy), policy.notes]).toEqual([
      ['deny /ws/own'],
      [
        {
          origin: { source: 'intent', entry: `${ENTRY}.0` },
          text: '/ws/own cannot be looked into (EACCES), so all of it is denied; let this user enter it',
        },
      ],
    ]);
  },
);

test('as many directories can be written as a launch could hold; those that many users share do not count', async () => {
  const paths = Array.from({ length: MAX_WRITABLE_DIRECTORIES }, (_, n) => `/ws/d${String(n)}`);
  const files = fakeFiles({
    '/tmp': 'shared',
    '/more': 'directory',
    ...Object.fromEntries(paths.map((path) => [path, 'directory'])),
  });
  const most = [...paths, '/tmp'].map((path) => at(path, 'write'));
  expect((await normalised(most, {}, undefined, files)).rules).toHaveLength(MAX_WRITABLE_DIRECTORIES + 1);
  await expect(normalised([...most, at('/more', 'write')], {}, undefined, files)).rejects.toThrow(
    `${ENTRY}: they let ${MAX_WRITABLE_DIRECTORIES + 1} directories be written, more than ${MAX_WRITABLE_DIRECTORIES}; name directories further up instead`,
  );
});

describe('what cannot be enforced is refused, with the entry and the remedy', () => {
  test.each<[string, IntentEntry, string]>([
    [
      'a relative path',
      entry({ type: 'path', path: 'src' }, 'read'),
      `${ENTRY}.0.path.path: path URI "src" has no scheme; send an absolute URI such as file:///srv`,
    ],
    [
      'a path of Windows',
      entry({ type: 'path', path: 'file:///C:/src' }, 'read'),
      `${ENTRY}.0.path.path: path URI "file:///C:/src" names a drive of Windows, but the executor has POSIX paths`,
    ],
    [
      'a path that is no text',
      entry({ type: 'path', path: 'file:///srv/%FF' }, 'deny'),
      `${ENTRY}.0.path.path: the path file:///srv/%FF is not UTF-8 and cannot be named to the sandbox; rename it`,
    ],
    [
      'a pattern that grants',
      glob('**/*.ts', 'read'),
      `${ENTRY}.0: a glob_pattern can only deny, and this one says read; name the paths instead`,
    ],
    [
      'a pattern that climbs',
      glob('../*.env'),
      `${ENTRY}.0: the pattern "../*.env" must be a POSIX path without .. and backslashes`,
    ],
    [
      'a pattern with half a character',
      glob('[\ud83d]*.key'),
      `${ENTRY}.0: the pattern "[\\ud83d]*.key" must be well-formed Unicode, as names are`,
    ],
    [
      'a subpath that climbs',
      special({ kind: 'project_roots', subpath: '../other' }, 'read'),
      `${ENTRY}.0: the subpath "../other" must be relative, in POSIX spelling and without ..`,
    ],
    [
      'a denied symbol of a newer client',
      special({ kind: 'unknown', path: ':home' }, 'deny'),
      `${ENTRY}.0: denies the symbol ":home", which is not known here; deny its path instead`,
    ],
    [
      'a pattern below a link in a circle',
      glob('/ws/loop/*.env'),
      `${ENTRY}.0: the link /ws/loop leads in a circle, so it is unknown what /ws/loop/*.env matches; mend it or deny its directory`,
    ],
    [
      'a pattern with too many alternatives',
      glob(`/ws/${'{a,b}'.repeat(9)}`),
      `${ENTRY}.0: /ws/${'{a,b}'.repeat(9)} stands for more than 256 texts by its braces; send several patterns instead`,
    ],
    [
      'a pattern with a range the wrong way around',
      glob('/ws/[z-a]'),
      `${ENTRY}.0: /ws/[z-a] has a range that ends before it begins; turn it around`,
    ],
    [
      'a pattern with a slash in braces',
      glob('/ws/{.env,conf/secret}'),
      `${ENTRY}.0: /ws/{.env,conf/secret} has a brace around a slash, around another one or alone; send several patterns instead, or [{] for the character`,
    ],
    [
      'a pattern with a class by its name',
      glob('/ws/[[:alpha:]].key'),
      `${ENTRY}.0: /ws/[[:alpha:]].key has a class by its name; send its characters instead, such as [a-zA-Z]`,
    ],
    [
      'a denied name that is not UTF-8',
      at('/ws/caf\ufffd', 'deny'),
      `${ENTRY}.0: /ws/caf\ufffd is not there, and \ufffd in it stands for bytes that are no UTF-8; name a directory above it`,
    ],
    [
      'a denied link in a circle',
      at('/ws/loop', 'deny'),
      `${ENTRY}.0: the link /ws/loop leads in a circle, so it is unknown what to deny; mend it or deny its directory`,
    ],
  ])('%s', async (_, unfit, message) => {
    await expect(normalised([unfit])).rejects.toThrow(new ExecError('sandboxUnsupported', message));
  });
});

describe('between the look for a pattern and the plan', () => {
  const entries = [special({ kind: 'project_roots' }, 'write'), glob('/ws/link/*.env')];
  const intent: SandboxIntent = {
    permissions: { type: 'managed', file_system: { type: 'restricted', entries }, network: 'restricted' },
    workspaceRoots: ['file:///ws'],
    windowsSandboxLevel: 'disabled',
  };
  const boundAfter = async (change: Readonly<Record<string, FakeFile>>): Promise<readonly string[]> => {
    const before = { '/ws/link': { link: 'data' }, '/ws/other': 'directory' } as const;
    const files = fakeFiles({ ...before, '/ws/data/a.env': { text: '' }, '/ws/data/b.env': { text: '' } });
    const matches = await new PatternLooks(fakeScanning(files)).find(globScansOf(intent, ROOTS), files);
    const policy = normalise(intent, {
      roots: ROOTS,
      files: fakeFiles({ ...before, ...change }),
      patterns: matches,
    });
    return policy === undefined ? [] : lines(policy);
  };

  test('what has gone stands in nobody’s way', async () => {
    expect(await boundAfter({ '/ws/data/b.env': { text: '' } })).toEqual([
      'write /ws',
      'deny /ws/data/b.env',
    ]);
  });

  test('a link that leads elsewhere is refused: nobody has looked there', async () => {
    await expect(boundAfter({ '/ws/link': { link: 'other' } })).rejects.toThrow(
      new StalePlan('/ws/link', 'was replaced', `${ENTRY}.1`),
    );
  });

  test('nobody forgets to look', () => {
    expect(() =>
      normalise(intent, { roots: ROOTS, files: fakeFiles({ '/ws/link': 'directory' }), patterns: new Map() }),
    ).toThrow(new StalePlan('/ws/link', 'was replaced', `${ENTRY}.1`));
  });
});

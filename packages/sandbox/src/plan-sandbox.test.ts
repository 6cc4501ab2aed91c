import { ExecError } from '@holdfast/exec-protocol';
import { describe, expect, test } from 'vitest';
import { ceilingSource, parseCeiling } from './ceiling/operator-ceiling.js';
import { explainAsJson, explainInWords } from './explain/explain.js';
import type { FileView } from './files/file-facts.js';
import { fakeFiles } from './files/testing/fake-files.js';
import type { HostFacts } from './host-facts.js';
import { parseIntent } from './intent/parse-intent.js';
import { PatternLooks } from './intent/pattern-looks.js';
import { SetUp } from './launch/set-up.js';
import { SetUpTime } from './launch/testing/set-up-time.js';
import { SANDBOX_START_MS } from './limits.js';
import { KEEP_OUT_LATE_MOUNTS } from './machine/late-mounts.js';
import type { BwrapCapability } from './machine/probe-bwrap.js';
import { planSandbox, type SandboxPlan } from './plan-sandbox.js';
import { policyOf, ruleAt } from './policy/testing/rules.js';
import { fakeScanning, fakeScans } from './repositories/testing/fake-scans.js';
import { CEILING, FILES, HOST, planned, WORKSPACE_WRITE } from './testing/planned.js';

test('both phases are explained in words', async () => {
  const plan = await planned();
  expect(explainInWords(plan, (line) => line)).toBe(
    [
      'Files; the longest path that fits decides, and what is not listed cannot be read:',
      '  read  /    [sandbox.permissions.file_system.entries.0]',
      '  write /ws    [sandbox.permissions.file_system.entries.1]',
      '  read  /ws/.codex (does not exist, and cannot be created; asked for: write)    [default: executableConfiguration]',
      '  deny  /ws/secret    [sandbox.permissions.file_system.entries.2]',
      'Network: none, but for itself',
      'Enforced by bubblewrap with 8 mounts, a filter for system calls and no capabilities.',
      'While the command runs, 1 empty file or directory stands where nothing may be created.',
      '',
    ].join('\n'),
  );
});

test('the explanation for programs is data without the environment', async () => {
  const plan = await planned();
  const text = JSON.stringify(explainAsJson(plan));
  expect(JSON.parse(text)).toMatchObject({
    policy: { network: 'restricted' },
    plan: { cleanup: [{ path: '/ws/.codex', directory: { device: 1, inode: 2 }, kind: 'directory' }] },
  });
  expect(text).not.toContain('TOKEN');
});

test('S13 inside of a sandbox of the system nothing is planned, and the error has a kind of its own', async () => {
  await expect(planned({ platform: 'darwin', isNested: true })).rejects.toMatchObject({
    kind: 'sandboxNested',
    message: expect.stringMatching(/^sandbox: .*; start it outside, or .*--sandbox-inherit\)$/) as string,
  });
});

test('a ceiling that the operator set confines what asks for nothing', async () => {
  const intent = parseIntent({ permissions: { type: 'disabled' }, windowsSandboxLevel: 'disabled' });
  const maximum = policyOf(['read /']);
  const ceiling = { ...CEILING, network: maximum.network, bindTo: () => ({ ...CEILING.bindTo(), maximum }) };
  const plan = await planSandbox(intent, { argv: ['true'], cwd: '/ws', env: {} }, HOST, ceiling);
  expect(plan.narrowed).toEqual([{ path: '/', asked: 'write', granted: 'read', origin: ruleAt('/') }]);
  expect(plan.launch.argv).toContain('--unshare-net');
});

describe('what this host cannot enforce is refused before anything starts', () => {
  test.each<[string, Partial<HostFacts>, string, string]>([
    [
      'another system',
      { platform: 'darwin' },
      '/ws',
      'sandbox: this executor runs darwin, for which there is no sandbox yet; send null to run without',
    ],
    [
      'an instruction set without a filter',
      { architecture: 'riscv64' },
      '/ws',
      'sandbox: there is no system call filter for riscv64; use an executor on x64 or arm64',
    ],
    [
      'no bubblewrap',
      { bwrap: () => Promise.resolve({ works: false, problem: 'there is no bwrap; install it' }) },
      '/ws',
      'sandbox: there is no bwrap; install it',
    ],
    [
      'a bubblewrap that the command could replace',
      { bwrap: () => Promise.resolve({ works: true, program: '/ws/bin/bwrap' }) },
      '/ws',
      'sandbox.permissions.file_system.entries.1: /ws/bin/bwrap lies where the command may write, and is run outside of sandboxes; allow less to be written, or install bubblewrap elsewhere',
    ],
    [
      'a working directory that is not shown',
      {},
      '/ws/secret',
      'cwd: /ws/secret cannot be read in the sandbox, since sandbox.permissions.file_system.entries.2 denies it; allow it, or start the command somewhere else',
    ],
    [
      'a working directory that a sandbox has of its own',
      { files: fakeFiles({ '/dev/shm': 'shared', '/usr/bin/bwrap': { text: '' } }) },
      '/dev/shm',
      'cwd: /dev/shm is not there in a sandbox, which has a /dev of its own; start the command somewhere else',
    ],
    [
      'a working directory of another process',
      { files: fakeFiles({ '/proc/42/task': 'directory', '/usr/bin/bwrap': { text: '' } }) },
      '/proc/42/task',
      'cwd: /proc/42/task is not there in a sandbox, which has a /proc of its own; start the command somewhere else',
    ],
    [
      'a working directory that is none',
      {},
      '/usr/bin/bwrap',
      'cwd: /usr/bin/bwrap is no directory of this executor; start the command somewhere else',
    ],
    [
      'a working directory that nobody can follow',
      { files: fakeFiles({ '/ws/loop': { link: 'loop' }, '/usr/bin/bwrap': { text: '' } }) },
      '/ws/loop',
      'cwd: the link /ws/loop leads in a circle; start the command somewhere else',
    ],
  ])('%s', async (_, host, cwd, message) => {
    await expect(planned(host, WORKSPACE_WRITE, cwd)).rejects.toThrow(
      new ExecError('sandboxUnsupported', message),
    );
  });
});

test('root is told of what it lets be written and cannot write in a sandbox, since it is of another user', async () => {
  const files: FileView = {
    ...fakeFiles({ '/ws/secret': 'directory', '/usr/bin/bwrap': { text: '' } }, { '/ws': { uid: 1001 } }),
    isUnwritable: ({ uid }) => uid !== 0,
    inOneGo: (work) => work(files),
  };
  const { policy, gaps } = await planned({ files });
  expect([policy.notes, gaps]).toEqual([
    [
      {
        origin: { source: 'intent', entry: 'sandbox.permissions.file_system.entries.1' },
        text: "/ws belongs to user 1001, and root has no rights in a sandbox over what is of others, so it can hardly be written; run this as that user, or let root's group write it",
      },
    ],
    [],
  ]);
});

test('what patterns match is denied, those of the intent and those of the operator', async () => {
  const restricted = (...patterns: readonly string[]): unknown => ({
    ...WORKSPACE_WRITE,
    file_system: {
      type: 'restricted',
      entries: [
        ...WORKSPACE_WRITE.file_system.entries.slice(0, 2),
        ...patterns.map((pattern) => ({ path: { type: 'glob_pattern', pattern }, access: 'deny' })),
      ],
    },
  });
  const operator = parseCeiling(
    JSON.stringify({ permissions: restricted('/usr/**/*wrap'), workspaceRoots: ['file:///ws'] }),
  );
  const intent = parseIntent({
    permissions: restricted('/ws/**/*cre*'),
    workspaceRoots: ['file:///ws'],
    windowsSandboxLevel: 'disabled',
  });
  const command = { argv: ['true'], cwd: '/ws', env: {} } as const;
  const plan = await planSandbox(intent, command, HOST, ceilingSource(operator, HOST.roots));
  const denied = plan.policy.rules.filter(({ access }) => access === 'deny');
  expect(denied.map(({ path, origin }) => [path, origin])).toEqual([
    ['/usr/bin/bwrap', { source: 'ceiling', entry: 'permissions.file_system.entries.2' }],
    ['/ws/secret', { source: 'intent', entry: 'sandbox.permissions.file_system.entries.2' }],
  ]);
});

test('a link that a command has left where a pattern of the ceiling begins has nothing refused, and is told', async () => {
  const entries = [
    { path: { type: 'special', value: { kind: 'root' } }, access: 'read' },
    { path: { type: 'path', path: 'file:///ws' }, access: 'write' },
    { path: { type: 'glob_pattern', pattern: '/ws/keys/**' }, access: 'deny' },
  ];
  const permissions = { ...WORKSPACE_WRITE, file_system: { type: 'restricted', entries } };
  const files = fakeFiles({
    '/ws/keys': { link: '/' },
    '/usr/bin/bwrap': { text: '' },
    '/ws/secret': 'directory',
  });
  const host = {
    ...HOST,
    files,
    repositories: fakeScans(files),
    patterns: new PatternLooks(fakeScanning(files)),
  };
  const intent = parseIntent({
    permissions: WORKSPACE_WRITE,
    workspaceRoots: ['file:///ws'],
    windowsSandboxLevel: 'disabled',
  });
  const ceiling = ceilingSource(parseCeiling(JSON.stringify({ permissions })), HOST.roots);
  const { policy, gaps } = await planSandbox(intent, { argv: ['true'], cwd: '/ws', env: {} }, host, ceiling);
  const text =
    'nothing is denied below /ws/keys, since a command may have made the link /ws/keys, which leads elsewhere; name where it leads, or remove it';
  expect(gaps).toEqual([text]);
  expect(policy.notes).toContainEqual({
    origin: { source: 'ceiling', entry: 'permissions.file_system.entries.2' },
    text,
    isGap: true,
  });
});

describe('a long deny list', () => {
  const planWith = (...paths: readonly string[]): Promise<SandboxPlan> => {
    const { file_system: files } = WORKSPACE_WRITE;
    const denied = paths.map((path) => ({ path: { type: 'path', path: `file://${path}` }, access: 'deny' }));
    const permissions = {
      ...WORKSPACE_WRITE,
      file_system: { ...files, entries: [...files.entries, ...denied] },
    };
    const many = Object.fromEntries(paths.map((path) => [path, { text: '' }] as const));
    const table = { '/ws/secret': 'directory', '/usr/bin/bwrap': { text: '' }, ...many } as const;
    return planned({ files: fakeFiles(table) }, permissions);
  };
  const numbered = (prefix: string): readonly string[] =>
    Array.from({ length: 5000 }, (_, at) => `${prefix}${at}`);

  test('needs no mount for what is below a denied directory', async () => {
    const short = await planWith();
    expect((await planWith(...numbered('/ws/secret/'))).mounts).toEqual(short.mounts);
  });

  test('covers the directory that they fill, and says so', async () => {
    const { mounts, policy } = await planWith(...numbered('/srv/keys/'));
    expect(mounts.steps.filter((step) => 'path' in step && step.path.startsWith('/srv'))).toEqual([
      { kind: 'emptyDirectory', path: '/srv/keys', mode: '755' },
      { kind: 'makeReadOnly', path: '/srv/keys' },
    ]);
    expect(policy.notes.map(({ text }) => text)).toEqual([
      '/srv/keys holds much that is denied: it is hidden there, and so is what is made there later; deny whole directories instead',
    ]);
  });

  test('with more files than bubblewrap takes where the command may write is refused, and their directory is named', async () => {
    await expect(planWith(...numbered('/ws/keys/'))).rejects.toThrow(
      /needs 50\d\d mounts .* more than bubblewrap accepts; most are for what lies below \/ws\/keys: .* deny directories instead of their files$/,
    );
  });
});

test.each<[string, Partial<HostFacts>, RegExp]>([
  ['is of another system', { platform: 'darwin' }, /this executor runs darwin/],
  [
    'has no bubblewrap',
    { bwrap: () => Promise.resolve({ works: false, problem: 'there is no bwrap' }) },
    /there is no bwrap/,
  ],
])('an executor that %s says so before it looks at files', async (_, host, refusal) => {
  const untouchable = new Proxy(HOST.files, {
    get: () => () => {
      throw new Error('a file was looked at');
    },
  });
  await expect(planned({ ...host, files: untouchable })).rejects.toThrow(refusal);
});

test('what is asked for is followed twice, however often it is asked what could be replaced', async () => {
  let rounds = 0;
  const inOneGo: HostFacts['files']['inOneGo'] = (work) => {
    const looked = new Set<string>();
    const result = work({
      ...FILES,
      look: (path) => {
        looked.add(path);
        return FILES.look(path);
      },
    });
    if (looked.has('/ws/secret')) rounds += 1;
    return result;
  };
  await planned({
    files: { ...FILES, inOneGo },
    bwrap: (mayReplace) => {
      const isKept = ['/usr/bin/bwrap', '/usr/bin/unshare'].every((program) => !mayReplace(program));
      return Promise.resolve(
        isKept
          ? { works: true, program: '/usr/bin/bwrap' }
          : { works: false, problem: 'it could be replaced' },
      );
    },
    deviceSeal: (_bwrap, mayReplace) =>
      Promise.resolve(mayReplace('/usr/bin/mount') ? 'impossible' : 'needless'),
  });
  expect(rounds).toBe(2);
});

describe('what could be replaced is known before bubblewrap is tried', () => {
  const asked = async (path: string, files: FileView, ceiling = CEILING): Promise<boolean | undefined> => {
    let answer: boolean | undefined;
    const bwrap: HostFacts['bwrap'] = (mayReplace) => {
      answer = mayReplace(path);
      return Promise.resolve({ works: false, problem: 'asked' });
    };
    const intent = parseIntent({
      permissions: WORKSPACE_WRITE,
      workspaceRoots: ['file:///ws'],
      windowsSandboxLevel: 'disabled',
    });
    const plan = planSandbox(
      intent,
      { argv: ['true'], cwd: '/ws', env: {} },
      { ...HOST, files, bwrap },
      ceiling,
    );
    await expect(plan).rejects.toThrow('asked');
    return answer;
  };
  const files = fakeFiles({
    '/ws/bin/bwrap': { text: '' },
    '/ws/link': { link: '/opt/bin' },
    '/opt/bin/bwrap': { text: '' },
    '/home/bin': { link: '/ws/bin' },
    '/home/loop': { link: 'loop' },
  });

  test.each([
    ['where the command may write', '/ws/bin/bwrap', true],
    ['through a link that leads there', '/home/bin/bwrap', true],
    ['through a link that lies there', '/ws/link/bwrap', true],
    ['where links lead in a circle', '/home/loop/bwrap', true],
    ['anywhere else', '/opt/bin/bwrap', false],
  ])('%s', async (_, path, answer) => {
    expect(await asked(path, files)).toBe(answer);
  });

  test('below a ceiling only where that allows it too', async () => {
    const maximum = policyOf(['read /']);
    const ceiling = { ...CEILING, bindTo: () => ({ ...CEILING.bindTo(), maximum }) };
    expect(await asked('/ws/bin/bwrap', files, ceiling)).toBe(false);
  });
});

test.each([
  ['/bin', '/bin/bwrap'],
  ['/usr/sbin', undefined],
])('a command that may write %s cannot choose what is run outside of sandboxes', async (folder, named) => {
  const bwrap = (): Promise<BwrapCapability> => Promise.resolve({ works: true, program: '/opt/bwrap' });
  const entry = { path: { type: 'path', path: `file://${folder}` }, access: 'write' };
  const { file_system: files } = WORKSPACE_WRITE;
  const permissions = { ...WORKSPACE_WRITE, file_system: { ...files, entries: [...files.entries, entry] } };
  const table = { '/ws/secret': 'directory', '/opt/bwrap': { text: '' }, [folder]: 'directory' } as const;
  const plan = planned({ bwrap, files: fakeFiles(table) }, permissions);
  if (named === undefined) expect((await plan).bwrap).toBe('/opt/bwrap');
  else
    await expect(plan).rejects.toThrow(
      `sandbox.permissions.file_system.entries.${WORKSPACE_WRITE.file_system.entries.length}: ${named} lies where the command may write, and programs there are run outside of sandboxes; allow less to be written`,
    );
});

describe('planning that does not come to an end', () => {
  /** @param whenAsked Is called when the search has begun. */
  const forEver = (whenAsked: () => void): HostFacts['repositories'] => ({
    find: (_, signal) =>
      new Promise((_resolve, reject) => {
        signal?.addEventListener('abort', () => {
          reject(signal.reason as Error);
        });
        whenAsked();
      }),
  });

  test('is refused at the limit, which names what was under way', async () => {
    const clock = new SetUpTime();
    const setUp = new SetUp({ clock });
    const repositories = forEver(() => {
      clock.advance(SANDBOX_START_MS);
    });
    const planning = planned({ repositories }, WORKSPACE_WRITE, '/ws', setUp);
    await expect(planning).rejects.toEqual(
      new ExecError(
        'limitExceeded',
        'sandbox: it was not set up within 30 s (SANDBOX_START_MS) and gave up looking for repositories below /ws; see that the file systems there answer, or allow less to be written',
      ),
    );
    setUp.end();
  });

  test('is refused at the limit while it looks at one file after the other', async () => {
    const clock = new SetUpTime();
    const setUp = new SetUp({ clock });
    const inOneGo: HostFacts['files']['inOneGo'] = (work) =>
      work({
        ...FILES,
        look: (path) => {
          clock.passUnnoticed(SANDBOX_START_MS / 2);
          return FILES.look(path);
        },
      });
    const planning = planned({ files: { ...FILES, inOneGo } }, WORKSPACE_WRITE, '/ws', setUp);
    await expect(planning).rejects.toThrow(/\(SANDBOX_START_MS\) and gave up looking at files; /);
    setUp.end();
  });

  test('ends when it is called off', async () => {
    const caller = new AbortController();
    const setUp = new SetUp({ clock: new SetUpTime(), calledOffBy: [caller.signal] });
    const repositories = forEver(() => {
      caller.abort(new Error('nobody wants it'));
    });
    const planning = planned({ repositories }, WORKSPACE_WRITE, '/ws', setUp);
    await expect(planning).rejects.toThrow('nobody wants it');
    setUp.end();
  });
});

test('mounts that this machine makes later are kept out where they would spread, and told of where they cannot be', async () => {
  const [none, keptOut, seen] = await Promise.all(
    (['none', 'keptOut', 'seen'] as const).map((lateMounts) =>
      planned({ lateMounts: () => Promise.resolve(lateMounts) }),
    ),
  );
  expect(none?.launch.argv[0]).toBe('/usr/bin/bwrap');
  expect(keptOut?.launch.argv).toEqual([...KEEP_OUT_LATE_MOUNTS, ...(none?.launch.argv ?? [])]);
  expect([keptOut?.gaps, seen?.launch.argv]).toEqual([none?.gaps, none?.launch.argv]);
  const gap = expect.stringContaining('/usr/bin/unshare cannot keep it out; install util-linux') as unknown;
  expect(seen?.gaps).toEqual([...(none?.gaps ?? []), gap]);
  expect(seen?.policy.notes.at(-1)).toEqual({
    origin: { source: 'default', entry: 'kernelTrees' },
    text: gap,
  });
});

test('what runs this program is told of where the command may write it', async () => {
  const [outside, inside] = [
    await planned(),
    await planned({ runBy: ['/usr/bin/node', '/ws/node_modules/x/main.js'] }),
  ];
  const gap =
    '/ws/node_modules/x/main.js lies where the command may write, and is run outside of sandboxes to begin the next one; install it outside of that';
  expect(inside.gaps).toEqual([...outside.gaps, gap]);
  expect(inside.policy.notes).toEqual([
    ...outside.policy.notes,
    { origin: { source: 'default', entry: 'executableConfiguration' }, text: gap },
  ]);
});

test('devices are sealed by what keeps later mounts out as well, and what cannot be sealed is told', async () => {
  const starter = ['/usr/bin/seal', '--'] as const;
  const [sealed, open] = await Promise.all(
    ([starter, 'impossible'] as const).map((seal) =>
      planned({ deviceSeal: () => Promise.resolve(seal), lateMounts: () => Promise.resolve('keptOut') }),
    ),
  );
  const words = open?.launch.argv.slice(KEEP_OUT_LATE_MOUNTS.length);
  expect(sealed?.launch.argv).toEqual([...starter, ...(words ?? [])]);
  const gap = expect.stringContaining('root can change the mode of devices such as /dev/null') as unknown;
  expect(open?.gaps).toEqual([...(sealed?.gaps ?? []), gap]);
});

test('what belongs to the machine in /proc is closed to root, for it is closed to everybody else', async () => {
  const [root, other] = await Promise.all(
    [0, 1000].map((uid) => planned({ user: { uid, gid: uid, systemUid: 0 } })),
  );
  const seal = { kind: 'makeReadOnly', path: '/proc' };
  expect([root?.mounts.steps, other?.mounts.steps]).toEqual([
    expect.arrayContaining([seal]),
    expect.not.arrayContaining([seal]),
  ]);
});

test('what every sandbox denies refuses none: others who may exchange it are told of', async () => {
  const files = fakeFiles(
    { '/ws/secret': 'directory', '/usr/bin/bwrap': { text: '' }, '/home/theirs/token': { text: '' } },
    { '/home/theirs': { uid: 1001 }, '/home/theirs/token': { uid: HOST.user.uid, mode: 0o600 } },
  );
  const { gaps, policy } = await planned({ files, ownPaths: ['/home/theirs/token'] });
  const text =
    '/home/theirs/token cannot be denied for certain: user 1001 may exchange /home/theirs/token while it is covered; deny /home/theirs instead, move it elsewhere, or keep others from that by chown or chmod';
  expect([gaps, policy.notes]).toEqual([
    [text],
    [{ origin: { source: 'default', entry: 'ownRecords' }, text }],
  ]);
});

test('what restricts no files keeps nothing out', async () => {
  const plans = await Promise.all(
    (['keptOut', 'seen'] as const).map((lateMounts) =>
      planned({ lateMounts: () => Promise.resolve(lateMounts) }, { type: 'disabled' }),
    ),
  );
  expect(plans.map(({ policy }) => policy.restrictsFiles)).toEqual([false, false]);
  expect(plans.map(({ launch, gaps }) => [launch.argv[0], gaps])).toEqual(
    plans.map(() => ['/usr/bin/bwrap', []]),
  );
});

test('the machine is asked for its mounts only where files are restricted', async () => {
  const asked: string[] = [];
  const host = {
    lateMounts: () => {
      asked.push('lateMounts');
      return Promise.resolve('none' as const);
    },
    deviceSeal: () => {
      asked.push('deviceSeal');
      return Promise.resolve('needless' as const);
    },
  };
  await planned(host, { type: 'disabled' });
  await planned(host, { type: 'external', network: 'restricted' });
  expect(asked).toEqual([]);
  await planned(host);
  expect(asked).toEqual(['lateMounts', 'deviceSeal']);
});

describe('what a command has left where a pattern matches', () => {
  const PATTERN = {
    ...WORKSPACE_WRITE,
    file_system: {
      type: 'restricted',
      entries: [
        { path: { type: 'special', value: { kind: 'root' } }, access: 'read' },
        { path: { type: 'special', value: { kind: 'project_roots' } }, access: 'write' },
        { path: { type: 'glob_pattern', pattern: '/ws/**/.env' }, access: 'deny' },
      ],
    },
  };
  const ENTRY = 'sandbox.permissions.file_system.entries.2';

  function plannedWith(link: string, more: Partial<HostFacts> = {}, cwd = '/ws'): Promise<SandboxPlan> {
    const files = fakeFiles({
      '/ws/a/.env': { link },
      '/usr/bin/bwrap': { text: '' },
      '/dead/x': { text: '' },
    });
    const here = { files, repositories: fakeScans(files), patterns: new PatternLooks(fakeScanning(files)) };
    return planned({ ...here, ...more }, PATTERN, cwd);
  }

  test.each([
    ['/', '/usr'],
    ['/ws', '/ws'],
  ])('is named where a link to %s lets nobody stand in %s', async (link, cwd) => {
    await expect(plannedWith(link, {}, cwd)).rejects.toThrow(
      new ExecError(
        'sandboxUnsupported',
        `cwd: ${cwd} cannot be read in the sandbox, since ${ENTRY} denies ${link}, where the link /ws/a/.env leads, which matches its pattern; remove the link`,
      ),
    );
  });

  test('is not looked at on a mount that may never answer', async () => {
    const tables: string[] = [];
    const mountTable = (): string => {
      tables.push('read');
      return '21 1 8:1 / / rw - ext4 /dev/sda rw\n36 21 0:50 / /dead rw - nfs4 server:/ rw\n';
    };
    const { policy } = await plannedWith('/dead/x', { mountTable });
    expect(policy.notes.map(({ text }) => text)).toContain(
      'the link /ws/a/.env denies nothing, since /dead is not looked at, since whoever answers for what is mounted at /dead may never do so',
    );
    expect(tables).toEqual(['read']);
  });
});

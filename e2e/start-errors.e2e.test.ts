import { chmod, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { CARRIERS, disposeAll, startWorld, temporaryDirectory, type World } from './harness.js';
import { markedProcesses } from './process-table.js';
import type { RawClient } from './raw-client.js';
import { failure, finish, start, startParams } from './runs.js';

type Changes = Readonly<Record<string, unknown>>;
type Case = readonly [name: string, changes: Changes, code: number, kind: string, message: RegExp];

/** Stands for the directory that a suite makes. */
const HERE = '/HERE';

const POLICY = { inherit: 'none', ignoreDefaultExcludes: true, exclude: [], set: {}, includeOnly: [] };

/** Of each field a value that it cannot have, and the words that say so. */
const WRONG_TYPES: readonly (readonly [field: string, value: unknown])[] = [
  ['processId', 5],
  ['processId', null],
  ['argv', 'true'],
  ['argv', null],
  ['argv', { 0: 'true' }],
  ['argv.1', ['/bin/true', 5]],
  ['argv.0', [null]],
  ['cwd', 5],
  ['cwd', null],
  ['env', []],
  ['env', null],
  ['env.A', { A: 5 }],
  ['env.A', { A: null }],
  ['tty', 'false'],
  ['tty', null],
  ['pipeStdin', 1],
  ['pipeStdin', null],
  ['arg0', 5],
  ['envPolicy', 'none'],
  ['sandbox', true],
  ['sandbox', []],
  ['enforceManagedNetwork', 'yes'],
  ['enforceManagedNetwork', null],
  ['managedNetwork', 5],
  ['networkProxy', 'http://proxy'],
  ['metadata', 'text'],
  ['metadata.threadId', { threadId: 'not-a-uuid' }],
  ['metadata.toolCallId', { toolCallId: 5 }],
  ['shellSnapshot', 5],
  ['credentialProviders', 'all'],
];

const BAD_POLICIES: readonly (readonly [field: string, value: Changes])[] = [
  ['envPolicy.inherit', { ...POLICY, inherit: 'some' }],
  ['envPolicy.inherit', { ...POLICY, inherit: null }],
  ['envPolicy.ignoreDefaultExcludes', { ...POLICY, ignoreDefaultExcludes: 0 }],
  ['envPolicy.exclude', { ...POLICY, exclude: 'A' }],
  ['envPolicy.exclude.0', { ...POLICY, exclude: [1] }],
  ['envPolicy.set.A', { ...POLICY, set: { A: 1 } }],
  ['envPolicy.includeOnly', { ...POLICY, includeOnly: null }],
  ...Object.keys(POLICY).map((name) => [`envPolicy.${name}`, { ...POLICY, [name]: undefined }] as const),
];

const FOREIGN_CWDS: readonly (readonly [cwd: string, message: RegExp])[] = [
  ['', /no scheme/],
  ['srv', /no scheme/],
  ['/srv', /no scheme/],
  ['http://host/srv', /a scheme other than file:/],
  ['FTP://host/srv', /a scheme other than file:/],
  ['file://host/srv', /names a host/],
  ['file:///C:/Users', /drive of Windows/],
  ['file:///srv?x=1', /has a query/],
  ['file:///srv#here', /has a fragment/],
  ['file:///srv%00', /has a NUL/],
  ['file:///srv\n', /control character/],
];

/** What no program can be given. */
const UNFIT: readonly (readonly [what: string, changes: Changes, fault: RegExp])[] = [
  ['a NUL in an argument', { argv: ['/bin/true', 'a\0b'] }, /argv\.1: holds a NUL/],
  ['a NUL in the program', { argv: ['/bin/tr\0ue'] }, /argv\.0: holds a NUL/],
  ['a NUL in an argument, on a terminal', { argv: ['/bin/true', '\0'], tty: true }, /argv\.1: holds a NUL/],
  ['a NUL in arg0', { arg0: '\0' }, /arg0: holds a NUL/],
  ['a NUL in a value', { env: { A: 'a\0b' } }, /env: the value of "A" holds a NUL/],
  ['a NUL in a variable name', { env: { 'A\0B': '' } }, /env: the name "A\\u0000B" holds a NUL/],
  ['a = in a variable name', { env: { 'A=B': '' } }, /env: the name "A=B" holds a =/],
  ['a variable without a name', { env: { '': 'x' } }, /env: one name is empty/],
  [
    'a = in a variable name that a policy sets',
    { envPolicy: { ...POLICY, set: { 'A=B': '' } } },
    /envPolicy\.set: the name "A=B" holds a =/,
  ],
];

const CASES: readonly Case[] = [
  ['an empty argv', { argv: [] }, -32602, 'invalidParams', /^process\/start: argv: must not be empty/],
  ['an empty program', { argv: [''] }, -32603, 'missingProgram', /argv\[0\] is empty/],
  ['an empty program with arguments', { argv: ['', 'x'] }, -32603, 'missingProgram', /argv\[0\] is empty/],
  [
    'a program that is not there',
    { argv: ['/no/such'] },
    -32603,
    'programNotFound',
    /program "\/no\/such" was not found/,
  ],
  ['a name that PATH does not have', { argv: ['no-such'] }, -32603, 'programNotFound', /"no-such" .*PATH/],
  ['a program that is not in the cwd', { argv: ['./no-such'] }, -32603, 'programNotFound', /"\.\/no-such"/],
  [
    'a file that may not be run',
    { argv: [`${HERE}/plain`] },
    -32603,
    'permissionDenied',
    /plain" .*chmod \+x/,
  ],
  ['a directory as program', { argv: [HERE] }, -32603, 'permissionDenied', /" is a directory/],
  [
    'a script without its interpreter',
    { argv: [`${HERE}/orphan`] },
    -32603,
    'badExecutable',
    /orphan" .*interpreter/,
  ],
  ['a path through a file', { argv: [`${HERE}/plain/x`] }, -32603, 'programNotFound', /plain\/x"/],
  [
    'arguments without end',
    { argv: ['/bin/true', 'x'.repeat(3_000_000)] },
    -32603,
    'argumentsTooLong',
    /arguments/,
  ],
  ...UNFIT.map(
    ([what, changes, fault]): Case => [
      what,
      changes,
      -32602,
      'invalidParams',
      new RegExp(`^process/start: ${fault.source}`),
    ],
  ),
  [
    'a cwd that is not there',
    { cwd: 'file:///no/such' },
    -32603,
    'cwdNotFound',
    /working directory "\/no\/such"/,
  ],
  [
    'a file as cwd',
    { cwd: `file://${HERE}/plain` },
    -32603,
    'cwdNotDirectory',
    /working directory ".*plain"/,
  ],
  [
    'a cwd below a file',
    { cwd: `file://${HERE}/plain/x` },
    -32603,
    'cwdNotDirectory',
    /working directory ".*plain\/x"/,
  ],
  [
    'a sandbox',
    { sandbox: { type: 'workspaceWrite' } },
    -32602,
    'sandboxUnsupported',
    /^sandbox\.permissions: /,
  ],
  ['an empty sandbox', { sandbox: {} }, -32602, 'sandboxUnsupported', /^sandbox\.permissions: /],
  [
    'a sandbox without permissions',
    { sandbox: { type: 'disabled' } },
    -32602,
    'sandboxUnsupported',
    /^sandbox\.permissions: /,
  ],
  [
    'a sandbox and a terminal',
    { sandbox: {}, tty: true },
    -32602,
    'sandboxUnsupported',
    /^sandbox\.permissions: /,
  ],
  [
    'a managed network',
    { enforceManagedNetwork: true },
    -32602,
    'sandboxUnsupported',
    /^enforceManagedNetwork: /,
  ],
  ['a network proxy', { networkProxy: {} }, -32602, 'sandboxUnsupported', /^networkProxy: /],
  [
    'masked credentials',
    { credentialProviders: { a: 1 } },
    -32602,
    'sandboxUnsupported',
    /^credentialProviders: /,
  ],
  [
    'a list of credentials',
    { credentialProviders: [1] },
    -32602,
    'sandboxUnsupported',
    /^credentialProviders: /,
  ],
  ...FOREIGN_CWDS.map(
    ([cwd, message]): Case => [
      `the cwd ${JSON.stringify(cwd)}`,
      { cwd },
      -32602,
      'invalidPath',
      new RegExp(`^cwd: .*${message.source}`),
    ],
  ),
  ...['processId', 'argv', 'cwd', 'env', 'tty'].map(
    (field): Case => [
      `no ${field}`,
      { [field]: undefined },
      -32602,
      'invalidParams',
      new RegExp(`^process/start: ${field}: is required`),
    ],
  ),
  ...WRONG_TYPES.map(([field, value]): Case => {
    const [name = ''] = field.split('.');
    const message = new RegExp(`^process/start: ${field.replaceAll('.', '\\.')}: `);
    return [`${JSON.stringify(value)} as ${name}`, { [name]: value }, -32602, 'invalidParams', message];
  }),
  ...BAD_POLICIES.map(([field, envPolicy]): Case => {
    const message = new RegExp(`^process/start: ${field.replaceAll('.', '\\.')}: `);
    return [`the policy ${JSON.stringify(envPolicy)}`, { envPolicy }, -32602, 'invalidParams', message];
  }),
];

/** What says in other words that nothing special is wanted. */
const HARMLESS: Changes = {
  pipeStdin: false,
  arg0: null,
  envPolicy: null,
  sandbox: null,
  enforceManagedNetwork: false,
  managedNetwork: { loopbackPorts: [80], later: 1 },
  networkProxy: null,
  metadata: { threadId: '01a1fce8-67f3-7282-af3c-5104f9946541', toolCallId: 'call_1' },
  shellSnapshot: { scopeId: 's', shell: { name: 'bash', path: '/bin/bash' } },
  credentialProviders: [],
  unknown: { member: 1 },
};

describe.each(CARRIERS)('starts that fail over %s', (carrier) => {
  let world: World;
  let client: RawClient;
  let here: Awaited<ReturnType<typeof temporaryDirectory>>;
  let attempts = 0;

  beforeAll(async () => {
    here = await temporaryDirectory();
    await writeFile(join(here.path, 'plain'), 'text\n');
    await writeFile(join(here.path, 'orphan'), '#!/no/such/interpreter\n');
    await chmod(join(here.path, 'orphan'), 0o755);
    world = await startWorld(carrier);
    client = await world.connect();
    await client.initialize();
  });

  afterAll(async () => {
    await world.expectOthersServed();
    await disposeAll(client, world, here);
  });

  function placed(changes: Changes): Changes {
    return JSON.parse(JSON.stringify(changes), (_, value: unknown) =>
      typeof value === 'string' ? value.replaceAll(HERE, here.path) : value,
    ) as Changes;
  }

  test.each(CASES)(
    '%s is refused by name, starts nothing and leaves the id free',
    async (_, changes, code, kind, message) => {
      attempts += 1;
      const processId = `p${attempts}`;
      const params = startParams(client, processId, ['/bin/sleep', '60'], { ...changes, ...placed(changes) });
      expect(await client.request('process/start', params)).toEqual(failure(code, kind, message));
      expect(markedProcesses(client.mark)).toEqual([]);
      expect(await client.request('process/read', { processId })).toEqual(
        failure(-32600, 'processUnknown', new RegExp(`"${processId}"`)),
      );
      await start(client, processId, ['/bin/true']);
      expect(await finish(client, processId)).toEqual({ stdout: '', stderr: '', exitCode: 0 });
      expect(client.unread).toEqual([]);
    },
  );

  test.each([[undefined], [null], [[]], [['p', ['/bin/true'], 'file:///', {}, false]], [5], ['text']])(
    '%j is not what a start is made of',
    async (params) => {
      expect(await client.request('process/start', params)).toEqual(
        failure(-32602, 'invalidParams', /params: /),
      );
    },
  );

  test('all faults are named at once', async () => {
    const answer = await client.request('process/start', { processId: 1, argv: [], cwd: 2, env: 3, tty: 4 });
    expect(answer).toEqual(failure(-32602, 'invalidParams', /processId: .*argv: .*cwd: .*env: .*tty: /));
  });

  test('members that ask for nothing are taken for that', async () => {
    await start(client, 'harmless', ['/bin/true'], HARMLESS);
    expect(await finish(client, 'harmless')).toEqual({ stdout: '', stderr: '', exitCode: 0 });
  });

  test.each([
    'file:/',
    'file://',
    'file:///',
    'FILE:///',
    'file://localhost/',
    'file:///usr/../',
    'file:///./',
  ])('the cwd %s is the root', async (cwd) => {
    attempts += 1;
    await start(client, `cwd${attempts}`, ['/bin/pwd'], { cwd });
    expect(await finish(client, `cwd${attempts}`)).toEqual({ stdout: '/\n', stderr: '', exitCode: 0 });
  });

  test('an id in use is refused, while it runs, while it starts and after it has closed', async () => {
    const inUse = failure(-32600, 'processIdInUse', /process id "same" is in use/);
    const params = startParams(client, 'same', ['/bin/cat'], { pipeStdin: true });
    const [first, second] = await Promise.all([
      client.request('process/start', params),
      client.request('process/start', params),
    ]);
    expect(first).toEqual({ result: { processId: 'same', sandboxType: 'none' } });
    expect(second).toEqual(inUse);
    expect(await client.request('process/start', params)).toEqual(inUse);
    expect(markedProcesses(client.mark)).toHaveLength(1);
    await client.request('process/terminate', { processId: 'same' });
    expect(await finish(client, 'same')).toEqual({ stdout: '', stderr: '', exitCode: 137 });
    expect(await client.request('process/start', params)).toEqual(inUse);
    expect(markedProcesses(client.mark)).toEqual([]);
  });

  test('any text of at most 1,024 characters is an id, the empty one included', async () => {
    for (const id of ['', ' ', '\u{1F600}', '__proto__', 'constructor', '"\\\n\0', 'x'.repeat(1024)]) {
      await start(client, id, ['/bin/echo', 'hi']);
      expect(await finish(client, id)).toEqual({ stdout: 'hi\n', stderr: '', exitCode: 0 });
    }
  });

  test('a longer one is refused, and not repeated', async () => {
    const params = { processId: 'x'.repeat(1025), argv: ['/bin/true'], cwd: 'file:///', env: {}, tty: false };
    expect(await client.request('process/start', params)).toMatchObject({
      error: {
        code: -32602,
        message: 'process/start: processId: must have at most 1024 characters; choose a shorter one',
        data: { kind: 'invalidParams' },
      },
    });
  });
});

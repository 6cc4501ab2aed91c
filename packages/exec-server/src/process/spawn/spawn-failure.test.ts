import {
  chmodSync,
  closeSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { ExecError } from '@holdfast/exec-protocol';
import { SetUp } from '@holdfast/sandbox';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import type { ChildSpec } from './child.js';
import { spawnPipe } from './pipe/pipe.js';
import type { PipePool } from './pipe/pipe-pool.js';
import { createPipePool } from './pipe/pipe-pool.js';
import { spawnPty } from './pty/pty.js';
import type { SpawnErrorKind } from './spawn-error.js';
import { SpawnError } from './spawn-error.js';
import { explainSpawnFailure } from './spawn-failure.js';
import { Recording, record, specOf } from './testing/recording.js';

let directory: string;
let pool: PipePool;

beforeAll(async () => {
  directory = mkdtempSync(path.join(tmpdir(), 'failure-test-'));
  mkdirSync(path.join(directory, 'folder/deep'), { recursive: true });
  symlinkSync('folder/deep', path.join(directory, 'link'));
  writeFileSync(path.join(directory, 'folder/plain-too'), 'echo hi\n');
  writeFileSync(path.join(directory, 'plain'), 'echo hi\n');
  writeFileSync(path.join(directory, 'no-interpreter'), '#!/no/such/interpreter\n');
  chmodSync(path.join(directory, 'no-interpreter'), 0o755);
  pool = createPipePool({ directory: tmpdir() });
  await pool.ready();
});

afterAll(async () => {
  await pool.close();
  rmSync(directory, { recursive: true, force: true });
});

async function failureOf(spec: ChildSpec): Promise<SpawnError> {
  const started = record(pool, spec);
  const error: unknown = await started.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (error instanceof SpawnError) return error;
  await started.then((run) => run[Symbol.asyncDispose]());
  throw new Error('the child was started');
}

interface Case {
  readonly what: string;
  readonly spec: (here: string) => ChildSpec;
  readonly kind: SpawnErrorKind;
  readonly says: RegExp;
}

const cases: readonly Case[] = [
  { what: 'an empty argv', spec: () => specOf([]), kind: 'missingProgram', says: /name a program/ },
  { what: 'an empty program', spec: () => specOf(['', 'x']), kind: 'missingProgram', says: /name a program/ },
  {
    what: 'an unknown path',
    spec: () => specOf(['/no/such/program']),
    kind: 'programNotFound',
    says: /"\/no\/such\/program" was not found/,
  },
  {
    what: 'an unknown bare name',
    spec: () => specOf(['no-such-program']),
    kind: 'programNotFound',
    says: /PATH in env/,
  },
  {
    what: 'a bare name with another PATH',
    spec: (here) => specOf(['sh'], { env: { PATH: here } }),
    kind: 'programNotFound',
    says: /"sh" was not found/,
  },
  {
    what: 'a path below a file',
    spec: (here) => specOf([`${here}/plain/program`]),
    kind: 'programNotFound',
    says: /check the path/,
  },
  {
    what: 'a missing working directory',
    spec: () => specOf('true', { cwd: '/no/such/dir' }),
    kind: 'cwdNotFound',
    says: /"\/no\/such\/dir" does not exist/,
  },
  {
    what: 'a file as working directory',
    spec: (here) => specOf('true', { cwd: `${here}/plain` }),
    kind: 'cwdNotDirectory',
    says: /plain" is not a directory/,
  },
  {
    what: 'a file that is not executable',
    spec: (here) => specOf([`${here}/plain`]),
    kind: 'permissionDenied',
    says: /chmod \+x/,
  },
  {
    what: 'one that is not executable, by .. behind a link',
    spec: (here) => specOf(['./link/../plain-too'], { cwd: here }),
    kind: 'permissionDenied',
    says: /chmod \+x/,
  },
  {
    what: 'a directory as program',
    spec: (here) => specOf([`${here}/folder`]),
    kind: 'permissionDenied',
    says: /is a directory/,
  },
  {
    what: 'a script without its interpreter',
    spec: (here) => specOf([`${here}/no-interpreter`]),
    kind: 'badExecutable',
    says: /interpreter/,
  },
  {
    what: 'an argument that is too long',
    spec: () => specOf(['true', 'x'.repeat(8_000_000)]),
    kind: 'argumentsTooLong',
    says: /stdin or a file/,
  },
];

test.each(cases)('$what is $kind', async ({ spec, kind, says }) => {
  const error = await failureOf(spec(directory));
  expect(error.kind).toBe(kind);
  expect(error.message).toMatch(says);
});

test('a lack of descriptors is noDescriptors', async () => {
  await pool.ready();
  const hoard: number[] = [];
  try {
    for (;;) hoard.push(openSync('/dev/null', 'r'));
  } catch {
    // Enough for the pipes, too few for the descriptors that the spawn itself needs.
    for (let count = 0; count < 5; count += 1) closeSync(hoard.pop() ?? -1);
  }
  const failure = failureOf(specOf('true')).finally(() => {
    hoard.forEach((fd) => {
      closeSync(fd);
    });
  });
  expect(await failure).toMatchObject({ kind: 'noDescriptors', errno: 'EMFILE' });
});

// These need a machine at its limits, so they are only translated.
test.each([
  ['EAGAIN', 'noProcesses'],
  ['ENOMEM', 'noProcesses'],
  ['ENFILE', 'noDescriptors'],
  ['ENOEXEC', 'badExecutable'],
  ['ETXTBSY', 'badExecutable'],
  ['EIO', 'unknown'],
] as const)('%s is %s', (code, kind) => {
  const cause = Object.assign(new Error(code), { code });
  expect(explainSpawnFailure(cause, specOf('true'))).toMatchObject({ kind, errno: code, cause });
});

test.runIf(process.platform === 'linux')('a start that failed leaves no descriptor', async () => {
  const count = (): number => readdirSync('/proc/self/fd').length;
  await failureOf(specOf(['/no/such/program'], { stdin: 'pipe' }));
  const before = count();
  for (let round = 0; round < 20; round += 1) {
    await failureOf(specOf(['/no/such/program'], { stdin: 'pipe' }));
    await failureOf(specOf(['true', 'x'.repeat(200_000)], { stdin: 'pipe' }));
    await failureOf(specOf('true', { cwd: '/no/such/dir' }));
  }
  await vi.waitFor(
    () => {
      expect(count()).toBeLessThanOrEqual(before);
    },
    { timeout: 10_000, interval: 5 },
  );
});

test.each(['pipes', 'a terminal'])('a refusal of a sandbox on %s says what it said', async (kind) => {
  const refusal = new ExecError(
    'sandboxUnsupported',
    'sandbox: /ws was replaced while the sandbox was planned',
  );
  const setUp = new SetUp();
  const spec = { ...specOf('true'), confinement: { open: () => Promise.reject(refusal), setUp } };
  const listener = new Recording();
  const started = kind === 'pipes' ? spawnPipe(spec, pool, listener) : spawnPty(spec, listener);
  await expect(started).rejects.toBe(refusal);
  setUp.end();
});

import { asProcessId, type EnvironmentInfo, ExecError } from '@holdfast/exec-protocol';
import { expect, test } from 'vitest';
import { startRequest } from './start-request.js';

const LINUX: EnvironmentInfo = {
  shell: { name: 'sh', path: '/bin/sh' },
  cwd: 'file:///srv',
  platformOs: 'linux',
};
const WINDOWS: EnvironmentInfo = { ...LINUX, platformOs: 'windows', cwd: 'file:///C:/srv' };
const ID = asProcessId('p');

test('a command without options starts in the folder of the server with a core environment and no stdin', () => {
  expect(startRequest(ID, ['ls', '-l'], {}, LINUX)).toEqual({
    processId: 'p',
    argv: ['ls', '-l'],
    cwd: 'file:///srv',
    env: {},
    tty: false,
    pipeStdin: false,
    envPolicy: { inherit: 'core', ignoreDefaultExcludes: false, exclude: [], set: {}, includeOnly: [] },
  });
});

test('inheritEnv none sends no policy, so the process gets exactly env, without undefined values', () => {
  const options = { env: { A: '1', B: undefined }, inheritEnv: 'none', stdin: 'pipe', arg0: '-sh' } as const;
  expect(startRequest(ID, ['sh'], options, LINUX)).toEqual({
    processId: 'p',
    argv: ['sh'],
    cwd: 'file:///srv',
    env: { A: '1' },
    tty: false,
    pipeStdin: true,
    arg0: '-sh',
  });
});

test.each([
  ['/tmp/a b', LINUX, 'file:///tmp/a%20b'],
  ['file:///tmp/a%20b', LINUX, 'file:///tmp/a%20b'],
  ['C:\\work', WINDOWS, 'file:///C:/work'],
  [undefined, { shell: LINUX.shell }, 'file:///'],
])('cwd %s becomes a URI of the executor', (cwd, executor, uri) => {
  expect(startRequest(ID, ['ls'], cwd === undefined ? {} : { cwd }, executor).cwd).toBe(uri);
});

test.each(['work', './work', '', 'http://host/', 'file://host/srv'])('cwd %j is refused', (cwd) => {
  expect(() => startRequest(ID, ['ls'], { cwd }, LINUX)).toThrow(
    expect.objectContaining({ kind: 'invalidPath' }),
  );
});

test('an empty argv is refused', () => {
  expect(() => startRequest(ID, [], {}, LINUX)).toThrow(
    new ExecError('invalidParams', 'argv is empty; name the program and its arguments'),
  );
});

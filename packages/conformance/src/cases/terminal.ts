import { area, type ConformanceCase, refused } from '../case.js';
import { holds, same } from '../expect.js';
import { PATH } from '../wire/session.js';

const { in: on } = area('terminal', 'process/start');

const TTY = { tty: true, env: { PATH, TERM: 'xterm', PS1: '' } };

export const TERMINAL_CASES: readonly ConformanceCase[] = [
  on('is-one', 'stdin, stdout and stderr are a terminal', async (session) => {
    const run = await session.run('test -t 0 && test -t 1 && test -t 2 && echo yes', TTY);
    same('the output', [run.pty, run.stdout, run.stderr, run.exitCode], ['yes\r\n', '', '', 0]);
  }),
  on('size', 'it has 24 rows and 80 columns', async (session) => {
    same('the size', (await session.run('stty size', TTY)).pty, '24 80\r\n');
  }),
  on('controlling', 'it is the controlling terminal', async (session) => {
    same('the output', (await session.run('echo through > /dev/tty', TTY)).pty, 'through\r\n');
  }),
  on('echo', 'what is typed is echoed, and a line is read', async (session) => {
    const id = await session.script('read line; echo "got $line"', TTY);
    same('the answer', await session.write(id, '1', 'abc\n'), { result: { status: 'accepted' } });
    same('the output', (await session.finish(id)).pty, 'abc\r\ngot abc\r\n');
  }),
  on('end-of-input', 'byte 4 is the end of input', async (session) => {
    const id = await session.start(['/bin/cat'], TTY);
    await session.write(id, '1', 'x\n');
    await session.outputUntil(id, 'x\r\nx\r\n');
    await session.write(id, '2', '\x04');
    same('the exit code', (await session.event('process/exited', id)).params?.['exitCode'], 0);
  }),
  on('interrupt', 'byte 3 interrupts what runs', async (session) => {
    const id = await session.script(
      'trap "echo int; exit 3" INT; echo ready; while :; do sleep 0.05; done',
      TTY,
    );
    await session.outputUntil(id, 'ready\r\n');
    await session.write(id, '1', '\x03');
    same('the exit code', (await session.event('process/exited', id)).params?.['exitCode'], 3);
  }),
  on('exit-code', 'the exit code is kept', async (session) => {
    same('the exit code', (await session.run('exit 9', TTY)).exitCode, 9);
  }),
  on('signal-death', 'a death by a signal is 128 and its number, as without a terminal', async (session) => {
    same('the exit code', (await session.run('kill -KILL $$', TTY)).exitCode, 137);
  }),
  on('tail', 'nothing of the output is lost, 20 times 20,000 lines', async (session) => {
    const lines = Array.from({ length: 20_000 }, (_, at) => `${at + 1}\r\n`).join('');
    for (let round = 0; round < 20; round += 1) {
      const id = await session.start(['seq', '1', '20000'], { ...TTY, processId: `r${round}` });
      const { pty } = await session.finish(id);
      holds(pty === lines, 'expected 20,000 lines', `${pty.length} of ${lines.length} bytes`);
    }
  }),
  on('terminate', 'terminate ends it', async (session) => {
    const id = await session.start(['/bin/sleep', '30'], TTY);
    same('the answer', await session.request('process/terminate', { processId: id }), {
      result: { running: true },
    });
    await session.event('process/closed', id);
  }),
  on('cwd-missing', 'a missing working directory is refused with -32603', async (session) => {
    refused(await session.tryStart({ ...TTY, argv: ['/bin/pwd'], cwd: 'file:///no/such/directory' }), -32603);
  }),
  on('program-missing', 'a missing program is refused with -32603', async (session) => {
    refused(await session.tryStart({ ...TTY, argv: ['/no/such/program'] }), -32603);
  }),
];

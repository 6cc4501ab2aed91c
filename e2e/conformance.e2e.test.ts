import { expect, test } from 'vitest';
import { Command } from './command.js';
import { eventually, within } from './deadline.js';
import { type CommandOutcome, PROGRAM, spawnHoldfast, startServer } from './harness.js';
import { descendants } from './process-table.js';

interface Line {
  readonly id: string;
  readonly verdict: 'passed' | 'failed' | 'skipped';
  readonly reason?: string;
}

const STOPPING =
  'holdfast: stopping when this case is over and everything is tidied up; once more stops at once\n';

/** Not every machine lets its user confine anything. */
const NO_SANDBOX = 'the server starts nothing in a sandbox here';

/** Every case with its connections and processes; some wait for seconds on purpose. */
const WHOLE_MS = 600_000;

async function conformance(...args: readonly string[]): Promise<CommandOutcome> {
  return await new Command(spawnHoldfast(['conformance', ...args])).ended;
}

function linesOf({ stdout }: CommandOutcome): Line[] {
  return stdout
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Line);
}

test('our server passes every case', { timeout: WHOLE_MS }, async () => {
  await using server = await startServer({ sessionTtl: '60s' });
  const outcome = await conformance(server.url, '--json');
  const others = linesOf(outcome).filter(({ verdict }) => verdict !== 'passed');
  expect(others.filter(({ reason }) => reason !== NO_SANDBOX)).toEqual([]);
  expect({ code: outcome.code, stderr: outcome.stderr }).toEqual({ code: 0, stderr: '' });
});

test('a server on stdio is started for each connection', { timeout: WHOLE_MS }, async () => {
  const target = `stdio:${process.execPath} ${PROGRAM} serve --listen stdio`;
  const outcome = await conformance(target, '--only', 'handshake/', '--json');
  expect(linesOf(outcome).filter(({ verdict }) => verdict !== 'passed')).toMatchObject([
    { id: 'handshake/resume', verdict: 'skipped', reason: 'each connection starts a server of its own' },
  ]);
  expect(outcome.code).toBe(0);
});

test('cases are told as lines with their sum, and chosen by the beginning of their id', async () => {
  await using server = await startServer();
  expect(await conformance(server.url, '--only', 'environment/st')).toEqual({
    code: 0,
    stdout:
      'ok      environment/status: environment/status answers that the executor is ready\n1 passed, 0 failed\n',
    stderr: '',
  });
  expect(await conformance(server.url, '--only', 'nothing/')).toEqual({
    code: 125,
    stdout: '',
    stderr: 'holdfast: no case has an id that begins with "nothing/"\n',
  });
});

test('a server that is not there is no failed case', async () => {
  const { code, stdout, stderr } = await conformance('ws://127.0.0.1:1');
  expect({ code, stdout }).toEqual({ code: 125, stdout: '' });
  expect(stderr).toMatch(/^holdfast: cannot connect to ws:\/\/127\.0\.0\.1:1\b.*\n$/);
});

test('Ctrl-C ends the run behind the case under way, in order', async () => {
  await using server = await startServer();
  const command = new Command(spawnHoldfast(['conformance', server.url, '--json']));
  await command.prints('"verdict"');
  command.child.kill('SIGINT');
  const { code, stderr } = await within('the end of the run', command.ended, WHOLE_MS);
  expect({ code, stderr }).toEqual({ code: 130, stderr: STOPPING });
});

test('a second Ctrl-C is obeyed at once, whatever the server does', async () => {
  // It reads and says nothing.
  const command = new Command(spawnHoldfast(['conformance', 'stdio:wc -c']));
  const { child } = command;
  await eventually('the server', () => descendants(child.pid ?? 0)[0]);
  child.kill('SIGINT');
  await eventually('a word about the first', () => command.stderr.includes(STOPPING) || undefined);
  child.kill('SIGINT');
  expect(await within('the end of the run', command.ended)).toEqual({
    code: 130,
    stdout: '',
    stderr: STOPPING,
  });
});

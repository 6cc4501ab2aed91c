import { setImmediate as turn } from 'node:timers/promises';
import { type ExecError, FILE_HELPER_IDLE_MS, fsRemove, MAX_FILE_HELPERS } from '@holdfast/exec-protocol';
import { beforeEach, expect, test } from 'vitest';
import type { FilePlace } from '../../confined-files.js';
import { ModelChild } from '../../testing/model-processes.js';
import { TestClock } from '../../testing/test-clock.js';
import type { Child, ChildListener, ChildSpec } from '../spawn/child.js';
import { SpawnError } from '../spawn/spawn-error.js';
import { NO_SANDBOXES } from '../testing/no-sandboxes.js';
import { FileHelpers } from './file-helpers.js';

/** Helpers that say what a test lets them say. */
class ModelHelpers {
  readonly children: ModelChild[] = [];
  readonly ended: number[] = [];
  failure: SpawnError | undefined;

  spawn(_spec: ChildSpec, _terminal: unknown, listener: ChildListener): Promise<Child> {
    if (this.failure !== undefined) return Promise.reject(this.failure);
    const child = new ModelChild(this.children.length, undefined, listener);
    this.children.push(child);
    return Promise.resolve(child);
  }

  kill(child: Child): void {
    this.ended.push(child.pid);
    this.children[child.pid]?.end(137);
  }

  /** Answers everything that was asked of a helper and was not answered yet. */
  answer(at: number): void {
    const child = this.children[at];
    if (child === undefined) throw new Error(`there is no helper ${String(at)}`);
    const lines = child.stdin.split('\n').filter((line) => line !== '');
    child.stdin = '';
    for (const line of lines) {
      const { id, params } = JSON.parse(line) as { id: number; params: { handleId?: string } };
      const { handleId } = params;
      child.print(`${JSON.stringify({ id, result: handleId === undefined ? {} : { handleId } })}\n`);
    }
  }
}

let processes: ModelHelpers;
let clock: TestClock;
let helpers: FileHelpers;
/** What all sandboxes look like; another one when the files of the executor have changed. */
let files: string;

beforeEach(() => {
  processes = new ModelHelpers();
  clock = new TestClock();
  files = 'at first';
  helpers = new FileHelpers({
    processes,
    clock,
    logger: { debug: () => undefined },
    sandboxes: {
      ...NO_SANDBOXES,
      confineHelper: ({ cwd }) =>
        Promise.resolve({
          key: JSON.stringify([cwd, files]),
          confinement: { open: () => expect.unreachable() },
        }),
    },
    env: {},
    cookie: { own: 'own', value: 'own' },
    codex: { userHome: undefined, codexHome: undefined, systemDirectory: '/etc/codex', hostname: 'here' },
    program: ['node', 'helper'],
  });
});

/** A sandbox that differs from those with other names. */
function place(name: string): FilePlace {
  const found = helpers.placeOf({
    permissions: { type: 'external', network: 'restricted' },
    windowsSandboxLevel: 'disabled',
    cwd: `file:///${name}`,
  });
  return found ?? expect.unreachable();
}

function ask(name: string, isLook = false): Promise<unknown> {
  return place(name).use(isLook, (inside) => inside.request(fsRemove, { path: 'file:///f' }));
}

/** Asks, and has the helper answer. */
async function asked(name: string, at: number): Promise<void> {
  const answer = ask(name);
  await turn();
  processes.answer(at);
  await answer;
}

const kind = (promised: Promise<unknown>): Promise<string> =>
  promised.then(
    () => 'answered',
    (error: unknown) => (error as ExecError).kind,
  );

test('who asks for no sandbox has no place in one', () => {
  expect(helpers.placeOf(null)).toBeUndefined();
  expect(
    helpers.placeOf({ permissions: { type: 'disabled' }, windowsSandboxLevel: 'disabled' }),
  ).toBeUndefined();
});

test('a sandbox has one helper, which ends when nobody has used it for a while', async () => {
  await Promise.all([asked('a', 0), asked('a', 0)]);
  clock.advance(FILE_HELPER_IDLE_MS - 1);
  await asked('a', 0);
  clock.advance(FILE_HELPER_IDLE_MS - 1);
  await turn();
  expect([processes.children.length, processes.ended]).toEqual([1, []]);
  clock.advance(1);
  await turn();
  expect([processes.ended, clock.pending]).toEqual([[0], 0]);
  await asked('a', 1);
});

test('an open file keeps its helper, which ends a while after the last was closed', async () => {
  const opening = place('a').use(true, (inside) => inside.open({ path: 'file:///f' }));
  await turn();
  processes.answer(0);
  const file = await opening;
  clock.advance(FILE_HELPER_IDLE_MS);
  await turn();
  expect(processes.ended).toEqual([]);
  const closing = file.close();
  await turn();
  processes.answer(0);
  await closing;
  clock.advance(FILE_HELPER_IDLE_MS);
  await turn();
  expect(processes.ended).toEqual([0]);
});

test('one sandbox more than there are helpers for ends the one that was not used longest', async () => {
  for (let at = 0; at < MAX_FILE_HELPERS; at += 1) await asked(String(at), at);
  await asked('0', 0);
  expect(processes.ended).toEqual([]);
  await asked('more', MAX_FILE_HELPERS);
  expect(processes.ended).toEqual([1]);
});

test('one sandbox more is refused while all of them are used, and others are not', async () => {
  const busy = Array.from({ length: MAX_FILE_HELPERS }, (_, at) => ask(String(at)));
  await turn();
  expect(await kind(ask('more'))).toBe('limitExceeded');
  await asked('0', 0);
  busy.slice(1).forEach((_, at) => {
    processes.answer(at + 1);
  });
  await Promise.all(busy);
  await asked('more', MAX_FILE_HELPERS);
});

test('a helper whose sandbox is no longer what was asked for is replaced first', async () => {
  await asked('a', 0);
  await asked('b', 1);
  files = 'changed';
  const answer = ask('a');
  await turn();
  expect([processes.ended, processes.children[0]?.stdin]).toEqual([[0], '']);
  processes.answer(2);
  await answer;
});

test('what only looks is asked again when its helper ends, and what changes something is not', async () => {
  const answers = [kind(ask('a', true)), kind(ask('a'))];
  await turn();
  processes.children[0]?.end(137);
  await turn();
  processes.answer(1);
  expect(await Promise.all(answers)).toEqual(['answered', 'outcomeUnknown']);
  processes.children[1]?.end(137);
  await asked('a', 2);
});

test('a helper that cannot be started is told of, and the next request starts another', async () => {
  processes.failure = new SpawnError('sandboxFailed', 'bubblewrap fails');
  expect(await kind(ask('a'))).toBe('sandboxUnsupported');
  processes.failure = undefined;
  await asked('a', 0);
});

test('a helper that answers nonsense is ended', async () => {
  const answer = kind(ask('a'));
  await turn();
  processes.children[0]?.print('nonsense\n');
  expect([await answer, processes.ended]).toEqual(['outcomeUnknown', [0]]);
});

test('the end of all is waited for, and nothing begins afterwards', async () => {
  await asked('a', 0);
  const waiting = kind(ask('b'));
  await turn();
  await helpers.close();
  expect([await waiting, processes.ended, clock.pending]).toEqual(['outcomeUnknown', [0, 1], 0]);
  expect(await kind(ask('a'))).toBe('sessionUnknown');
});

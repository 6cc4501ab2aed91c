import { setMaxListeners } from 'node:events';
import { setImmediate as turn } from 'node:timers/promises';
import {
  base64Length,
  ExecError,
  FILE_HELPER_IDLE_MS,
  FILES_END_MS,
  fsCanonicalize,
  fsRemove,
  fsWriteFile,
  HELPER_QUEUE_BYTES,
  MAX_FILE_HELPERS,
  MAX_FILE_HELPERS_PER_SESSION,
  MAX_READ_FILE_BYTES,
  MAX_SHORT_HELPER_ANSWER_BYTES,
} from '@holdfast/exec-protocol';
import { SANDBOX_START_MS } from '@holdfast/sandbox';
import { beforeEach, expect, test } from 'vitest';
import type { FileBlocks, FilePlace, FileSession } from '../../../confined-files.js';
import { fsReadFileUpTo } from '../../../file-up-to.js';
import { TestClock } from '../../../testing/test-clock.js';
import { SpawnError } from '../../spawn/spawn-error.js';
import { ModelHelpers } from '../../testing/model-helpers.js';
import { NO_SANDBOXES } from '../../testing/no-sandboxes.js';
import { FileHelpers } from './file-helpers.js';
import { helperProgram } from './helper-program.js';

let processes: ModelHelpers;
let clock: TestClock;
let helpers: FileHelpers;
/** What all sandboxes look like; another one when the files of the executor have changed. */
let files: string;
/** How often somebody has looked at them. */
let plans: number;
/** Lets the look at files go on. */
let pass = (): void => undefined;

beforeEach(() => {
  processes = new ModelHelpers();
  clock = new TestClock();
  files = 'at first';
  plans = 0;
  helpers = new FileHelpers({
    processes,
    clock,
    logger: { debug: () => undefined },
    sandboxes: {
      ...NO_SANDBOXES,
      confineHelper: async ({ intent: { cwd }, setUp }) => {
        const seen = files;
        plans += 1;
        if (files === 'that nobody can look at') await setUp.until(new Promise(() => undefined));
        if (files === 'that are looked at for a while')
          await setUp.until(new Promise<void>((resolve) => (pass = resolve)));
        return {
          key: JSON.stringify([cwd, seen]),
          confinement: (own) => ({ open: () => expect.unreachable(), setUp: own }),
          isWhole: (mountTable) => mountTable.startsWith('whole'),
        };
      },
    },
    env: {},
    cookie: { own: 'own', value: 'own' },
    codex: { userHome: undefined, codexHome: undefined, systemDirectory: '/etc/codex', hostname: 'here' },
    program: helperProgram('/usr/bin/node', Buffer.from('')),
  });
});

/** A session that `end` ends. */
class ModelSession implements FileSession {
  static #count = 0;
  readonly principal = 'everybody';
  readonly label = `session ${String((ModelSession.#count += 1))}`;
  readonly #ended = new AbortController();
  readonly ended = this.#ended.signal;

  constructor() {
    setMaxListeners(0, this.ended);
  }

  end(): void {
    this.#ended.abort(new ExecError('sessionUnknown', 'the session has ended'));
  }
}

const SESSION = new ModelSession();

/** A sandbox that differs from those with other names. */
function place(name: string, session: FileSession = SESSION): FilePlace {
  const sandbox = {
    permissions: { type: 'external', network: 'restricted' },
    windowsSandboxLevel: 'disabled',
    cwd: `file:///${name}`,
  };
  const found = helpers.placeOf(sandbox, session);
  return found ?? expect.unreachable();
}

function ask(name: string, isLook = false, session: FileSession = SESSION): Promise<unknown> {
  return place(name, session).use(isLook, (inside) => inside.request(fsRemove, { path: 'file:///f' }));
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
  expect(helpers.placeOf(null, SESSION)).toBeUndefined();
  expect(
    helpers.placeOf({ permissions: { type: 'disabled' }, windowsSandboxLevel: 'disabled' }, SESSION),
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
  const opening = place('a').open(true, { path: 'file:///f' });
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

/** Has a session use so many helpers, whose numbers begin with the first. */
function occupy(session: FileSession, name: string, count = MAX_FILE_HELPERS_PER_SESSION): Promise<string>[] {
  return Array.from({ length: count }, (_, at) => kind(ask(`${name}${String(at)}`, false, session)));
}

test('a session that uses its share waits for itself, and another one is served at once', async () => {
  const busy = occupy(new ModelSession(), 'busy');
  const session = new ModelSession();
  busy.push(...occupy(session, 'a'));
  await turn();
  const waiting = ask('more', false, session);
  processes.answer(0);
  await busy[0];
  const other = ask('other', false, new ModelSession());
  await turn();
  expect(processes.children.length).toBe(MAX_FILE_HELPERS + 1);
  processes.answer(MAX_FILE_HELPERS);
  await other;
  files = 'changed';
  const planned = plans;
  processes.answer(MAX_FILE_HELPERS_PER_SESSION);
  await busy[MAX_FILE_HELPERS_PER_SESSION];
  await turn();
  // What had been planned before it waited says nothing of what is there now.
  expect([plans, processes.children.length]).toEqual([planned + 1, MAX_FILE_HELPERS + 2]);
  processes.answer(MAX_FILE_HELPERS + 1);
  await waiting;
});

test('a session that has no helper gets one while others keep all of theirs busy', async () => {
  const busy = [...occupy(new ModelSession(), 'a'), ...occupy(new ModelSession(), 'b')];
  await asked('other', MAX_FILE_HELPERS);
  await helpers.close();
  await Promise.all(busy);
});

test('what waits for a helper has the limit of its set-up, and ends with its session', async () => {
  const session = new ModelSession();
  const all = [...occupy(new ModelSession(), 'busy'), ...occupy(session, 'a')];
  await turn();
  const late = kind(ask('late', false, session));
  await turn();
  clock.advance(SANDBOX_START_MS);
  expect(await late).toBe('limitExceeded');
  const gone = kind(ask('gone', false, session));
  await turn();
  session.end();
  expect(await gone).toBe('sessionUnknown');
  await helpers.close();
  await Promise.all(all);
  expect(clock.pending).toBe(0);
});

test('a helper that is used by a session is not used by another one, which takes it over when it is free', async () => {
  const first = ask('a');
  await turn();
  const other = new ModelSession();
  const second = ask('a', false, other);
  await turn();
  expect(processes.children.length).toBe(2);
  processes.answer(1);
  await second;
  processes.answer(0);
  await first;
  const third = ask('a', false, other);
  await turn();
  processes.answer(0);
  processes.answer(1);
  await third;
  expect([processes.children.length, processes.ended]).toEqual([2, []]);
});

test('a helper that does not answer ends a while after its session, and leaves its place', async () => {
  const hung = new ModelSession();
  const answers = occupy(hung, 'hung');
  answers.push(...occupy(SESSION, 'own', 3), ...occupy(new ModelSession(), 'other', 1));
  await turn();
  hung.end();
  const waiting = ask('a');
  clock.advance(FILES_END_MS - 1);
  await turn();
  expect([processes.ended, processes.children.length]).toEqual([[], MAX_FILE_HELPERS]);
  clock.advance(1);
  await turn();
  expect([processes.ended, processes.children.length]).toEqual([[0, 1, 2, 3], MAX_FILE_HELPERS + 1]);
  processes.answer(MAX_FILE_HELPERS);
  await waiting;
  expect(await Promise.all(answers.slice(0, MAX_FILE_HELPERS_PER_SESSION))).toEqual(
    Array(MAX_FILE_HELPERS_PER_SESSION).fill('outcomeUnknown'),
  );
});

test('a helper that answers in time outlives the session that has used it', async () => {
  const session = new ModelSession();
  const answer = ask('a', false, session);
  await turn();
  session.end();
  processes.answer(0);
  await answer;
  clock.advance(FILES_END_MS);
  await asked('a', 0);
  expect([processes.children.length, processes.ended]).toEqual([1, []]);
});

test('a helper does not end with a session that has used it before', async () => {
  await asked('a', 0);
  const before = new ModelSession();
  const first = ask('a', false, before);
  await turn();
  processes.answer(0);
  await first;
  const answer = ask('a');
  await turn();
  before.end();
  clock.advance(FILES_END_MS);
  await turn();
  processes.answer(0);
  await answer;
  expect(processes.ended).toEqual([]);
});

/** Has a session open a file in so many sandboxes, whose helpers have numbers from the first. */
async function openIn(
  session: FileSession,
  name: string,
  count: number,
  first = 0,
): Promise<readonly FileBlocks[]> {
  const opening = Array.from({ length: count }, (_, at) =>
    place(`${name}${String(at)}`, session).open(true, { path: 'file:///f' }),
  );
  await turn();
  opening.forEach((_, at) => {
    processes.answer(first + at);
  });
  return await Promise.all(opening);
}

test('a session with files open in its share of sandboxes is refused to open one in another', async () => {
  const [file] = await openIn(SESSION, 'a', MAX_FILE_HELPERS_PER_SESSION);
  expect(await kind(place('more').open(true, { path: 'file:///f' }))).toBe('limitExceeded');
  await asked('more', MAX_FILE_HELPERS_PER_SESSION);
  const closing = file?.close();
  await turn();
  processes.answer(0);
  await closing;
  await openIn(SESSION, 'other', 1, MAX_FILE_HELPERS_PER_SESSION + 1);
});

test('files that are open keep nobody waiting who opens none, and one who opens some finds a place', async () => {
  const count = 3 * MAX_FILE_HELPERS_PER_SESSION;
  for (let at = 0; at < count; at += MAX_FILE_HELPERS_PER_SESSION)
    await openIn(new ModelSession(), `busy${String(at)} `, MAX_FILE_HELPERS_PER_SESSION, at);
  await asked('a', count);
  await openIn(SESSION, 'mine', 1, count + 1);
  expect(processes.ended).toEqual([]);
});

test('a file is opened in the helper that works for its session, which then leaves its place for requests', async () => {
  const waits = occupy(SESSION, 'a');
  await turn();
  const opening = place('a0').open(true, { path: 'file:///f' });
  await turn();
  const more = ask('more');
  await turn();
  expect(processes.children.length).toBe(MAX_FILE_HELPERS_PER_SESSION + 1);
  processes.children.forEach((_, at) => {
    processes.answer(at);
  });
  await Promise.all([...waits, opening, more]);
});

test('helpers whose files were closed are kept as others are, and no more of them', async () => {
  const sessions = Array.from({ length: 3 }, () => new ModelSession());
  const files: FileBlocks[] = [];
  for (const session of sessions)
    files.push(...(await openIn(session, session.label, MAX_FILE_HELPERS_PER_SESSION, files.length)));
  const closing = files.map((file) => file.close());
  await turn();
  files.forEach((_, at) => {
    processes.answer(at);
  });
  await Promise.all(closing);
  expect(processes.ended).toEqual(files.slice(0, -MAX_FILE_HELPERS).map((_, at) => at));
});

test('requests that come together share a plan that begins after the last of them', async () => {
  files = 'that are looked at for a while';
  const first = ask('a');
  await turn();
  expect(plans).toBe(1);
  const others = Array.from({ length: 100 }, () => ask('a'));
  // The plan that is under way has begun before they came, and knows nothing of this.
  files = 'changed';
  pass();
  await turn();
  await turn();
  expect([plans, processes.children.length]).toEqual([2, 2]);
  processes.answer(1);
  expect(await Promise.all(others)).toHaveLength(100);
  processes.answer(0);
  await first;
});

test('requests and answers that come together share a look at the mounts', async () => {
  await asked('a', 0);
  const child = processes.children[0] ?? expect.unreachable();
  let looks = 0;
  child.mountTable = () => {
    looks += 1;
    return child.mounts;
  };
  const together = Array.from({ length: 100 }, () =>
    place('a').use(true, (inside) => inside.request(fsCanonicalize, { path: 'file:///f' })),
  );
  await turn();
  const before = looks;
  processes.answer(0);
  await Promise.all(together);
  expect([before, looks]).toEqual([1, 2]);
});

test('a request does not wait for plans of other sandboxes', async () => {
  files = 'that are looked at for a while';
  const waiting = ask('a');
  await turn();
  const wayOut = pass;
  files = 'at first';
  await asked('b', 0);
  wayOut();
  await turn();
  processes.answer(1);
  await waiting;
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

/** A cover of a helper's sandbox is removed from outside. */
function uncover(at: number): void {
  const child = processes.children[at] ?? expect.unreachable();
  child.mounts = 'whole, but for one';
}

test('a helper whose covers are no longer in place is replaced first, though the plan is what it was', async () => {
  await asked('a', 0);
  uncover(0);
  const answer = ask('a');
  await turn();
  expect([processes.ended, processes.children[0]?.stdin]).toEqual([[0], '']);
  processes.answer(1);
  await answer;
});

test('an open file stays in a helper whose covers are no longer in place, which ends with it', async () => {
  const opening = place('a').open(true, { path: 'file:///f' });
  await turn();
  processes.answer(0);
  const file = await opening;
  await turn();
  uncover(0);
  await asked('a', 1);
  const writing = file.write(0, Buffer.from('x'));
  await turn();
  processes.answer(0);
  await writing;
  expect(processes.ended).toEqual([]);
  const closing = file.close();
  await turn();
  processes.answer(0);
  await closing;
  expect(processes.ended).toEqual([0]);
  await asked('a', 1);
});

test('what was seen while a cover went is not told, but asked again', async () => {
  const answers = [
    place('a').use(true, (inside) => inside.request(fsCanonicalize, { path: 'file:///f' })),
    place('a').open(true, { path: 'file:///f' }),
  ];
  await turn();
  uncover(0);
  processes.answer(0);
  await turn();
  processes.answer(0);
  await turn();
  expect([processes.ended, processes.children.length]).toEqual([[0], 2]);
  processes.answer(1);
  await Promise.all(answers);
});

test('what was changed while a cover went is answered, and its file not opened', async () => {
  const answers = [ask('a'), place('a').open(false, { path: 'file:///f' })].map(kind);
  await turn();
  uncover(0);
  processes.answer(0);
  await turn();
  processes.answer(0);
  expect(await Promise.all(answers)).toEqual(['answered', 'outcomeUnknown']);
});

test('a sandbox whose covers went while it was made carries nothing out', async () => {
  processes.mounts = 'not as planned';
  expect([await kind(ask('a')), processes.ended, processes.children[0]?.stdin]).toEqual([
    'sandboxUnsupported',
    [0],
    '',
  ]);
  processes.mounts = 'whole';
  await asked('a', 1);
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

test.each([
  ['answers nonsense', 'nonsense\n'],
  ['asks for something', '{"id":1,"method":"fs/remove","params":{}}\n'],
  ['tells something', '{"method":"process/output","params":{}}\n'],
  ['answers what it was not asked', '{"id":7,"result":{}}\n'],
  ['says more than an answer can be', 'x'.repeat(MAX_SHORT_HELPER_ANSWER_BYTES + 1)],
])('a helper that %s is ended, and gets no answer', async (_, said) => {
  await asked('a', 0);
  const answer = kind(ask('a'));
  await turn();
  const [child] = processes.children;
  if (child !== undefined) child.stdin = '';
  child?.print(said);
  expect([await answer, processes.ended, child?.stdin]).toEqual(['outcomeUnknown', [0], '']);
});

test('the content of a file may be longer than other answers, while it is due', async () => {
  const path = 'file:///f';
  const limitBytes = MAX_READ_FILE_BYTES;
  const answer = place('a').use(true, (inside) => inside.request(fsReadFileUpTo, { path, limitBytes }));
  await turn();
  const dataBase64 = 'A'.repeat(2 * MAX_SHORT_HELPER_ANSWER_BYTES);
  const result = { dataBase64, isWhole: true, size: 1.5 * MAX_SHORT_HELPER_ANSWER_BYTES };
  processes.children[0]?.print(`${JSON.stringify({ id: 1, result })}\n`);
  expect((await answer).dataBase64.length).toBe(1.5 * MAX_SHORT_HELPER_ANSWER_BYTES);
  const next = kind(ask('a'));
  await turn();
  processes.children[0]?.print(JSON.stringify({ id: 2, result }));
  expect(await next).toBe('outcomeUnknown');
});

test('content that is longer than it was asked for ends the helper', async () => {
  const asked = { path: 'file:///f', limitBytes: MAX_SHORT_HELPER_ANSWER_BYTES };
  const answer = kind(place('a').use(false, (inside) => inside.request(fsReadFileUpTo, asked)));
  await turn();
  processes.children[0]?.print('A'.repeat(base64Length(asked.limitBytes) + MAX_SHORT_HELPER_ANSWER_BYTES));
  expect(processes.ended).toEqual([]);
  processes.children[0]?.print('A');
  expect(processes.ended).toEqual([0]);
  expect(await answer).toBe('outcomeUnknown');
});

test.each([
  ['fewer bytes than it was asked for, without an end', 'A'.repeat(4), false],
  ['more bytes than it was asked for', 'A'.repeat(12), false],
  ['an end behind all that it was asked for', 'A'.repeat(8), true],
])(
  'a helper that answers a block with %s is ended, and its file counts for nothing',
  async (_, chunk, eof) => {
    const read = kind(
      place('a').use(
        false,
        async (inside) => await (await inside.openFile({ path: 'file:///f' })).read(0, 6),
      ),
    );
    await turn();
    processes.answer(0);
    await turn();
    processes.children[0]?.print(`${JSON.stringify({ id: 2, result: { chunk, eof } })}\n`);
    expect([await read, processes.ended]).toEqual(['outcomeUnknown', [0]]);
  },
);

/** Asks for as much as may wait for a helper. */
function writeMuch(): Promise<unknown> {
  const content = { path: 'file:///f', dataBase64: 'A'.repeat(HELPER_QUEUE_BYTES) };
  return place('a').use(false, (inside) => inside.request(fsWriteFile, content));
}

test('a helper that does not read is asked for more only when it does', async () => {
  await asked('a', 0);
  const child = processes.children[0] ?? expect.unreachable();
  const read = child.holdStdin();
  const answers = [writeMuch(), writeMuch(), writeMuch()];
  await turn();
  expect(child.unreadBytes).toBeLessThan(2 * HELPER_QUEUE_BYTES);
  read();
  await turn();
  processes.answer(0);
  await Promise.all(answers);
});

test('what waits for a helper that does not read fails when it ends', async () => {
  await asked('a', 0);
  processes.children[0]?.holdStdin();
  const answers = [writeMuch(), writeMuch()].map(kind);
  await turn();
  processes.children[0]?.end(137);
  expect(await Promise.all(answers)).toEqual(['outcomeUnknown', 'outcomeUnknown']);
});

test('the end of all is waited for, and nothing begins afterwards', async () => {
  await asked('a', 0);
  const waiting = kind(ask('b'));
  await turn();
  await helpers.close();
  expect([await waiting, processes.ended, clock.pending]).toEqual(['outcomeUnknown', [0, 1], 0]);
  expect(await kind(ask('a'))).toBe('sessionUnknown');
});

test('a request that nobody waits for any more is planned no further, and its helper is not started', async () => {
  const gone = new ModelSession();
  files = 'that nobody can look at';
  const planning = place('a', gone).use(false, (inside) => inside.request(fsRemove, { path: 'file:///f' }));
  await turn();
  gone.end();
  expect(await kind(planning)).toBe('sessionUnknown');
  expect([processes.children.length, clock.pending]).toEqual([0, 0]);
  expect(await kind(place('a', gone).use(false, () => expect.unreachable()))).toBe('sessionUnknown');
});

test('a helper that is not started yet ends with the last request that waits for it', async () => {
  const gone = new ModelSession();
  processes.isHeld = true;
  const waiting = [place('a', gone), place('a', gone)].map((one) =>
    kind(one.use(false, () => expect.unreachable())),
  );
  const other = ask('a');
  await turn();
  const areGone = (): readonly boolean[] => processes.setUps.map(({ signal }) => signal.aborted);
  expect(areGone()).toEqual([false, false]);
  gone.end();
  expect(await Promise.all(waiting)).toEqual(['sessionUnknown', 'sessionUnknown']);
  expect(areGone()).toEqual([true, false]);
  const closing = helpers.close();
  expect(await kind(other)).toBe('sessionUnknown');
  await closing;
  expect([areGone(), clock.pending]).toEqual([[true, true], 0]);
});

test('planning and start of a helper have one limit', async () => {
  files = 'that nobody can look at';
  const planning = ask('a');
  await turn();
  clock.advance(SANDBOX_START_MS);
  expect(await kind(planning)).toBe('limitExceeded');
  files = 'that are looked at for a while';
  processes.isHeld = true;
  const starting = ask('a');
  await turn();
  clock.advance(SANDBOX_START_MS - 1_000);
  pass();
  await turn();
  expect([processes.setUps.length, processes.setUps[0]?.leftMs]).toEqual([1, 1_000]);
  clock.advance(1_000);
  expect(await kind(starting)).toBe('limitExceeded');
  expect(clock.pending).toBe(0);
});

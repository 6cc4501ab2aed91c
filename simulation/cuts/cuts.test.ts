import { expect, test } from 'vitest';
import { explain } from '../simulate.js';
import { runScenario } from '../world/run.js';
import { type CutReport, cutOnceEverywhere, cutTwiceEverywhere } from './cut-everywhere.js';
import { cutScenario } from './script.js';

/** Nothing when all is well, else everything about the first cut that was not survived. */
async function toldOf({ failure }: CutReport): Promise<string | undefined> {
  if (failure === undefined) return undefined;
  return `${await explain(cutScenario(failure.faults))}\n${JSON.stringify(failure.faults)}`;
}

const NOTICES = {
  'both sides know at once': { clientMs: 0, serverMs: 0 },
  'the client knows first': { clientMs: 0, serverMs: 700 },
  'the server knows first': { clientMs: 700, serverMs: 0 },
  'the server never knows': { clientMs: 0, serverMs: undefined },
};

/** Every kind of message that a client with one session and two processes causes, whatever it does with them. */
const MESSAGES = [
  'initialize',
  'initialized',
  'process/start',
  'process/write',
  'process/signal',
  'process/resize',
  'process/closeStdin',
  'process/output',
  'process/resized',
  'process/exited',
  'process/closed',
  'session/close',
];

test('what is cut everywhere has every kind of message, and answers', async () => {
  const frames: string[] = [];
  const collect = (_who: string, text: string): void => {
    if (/^[→←] sent /.test(text)) frames.push(/"method":"([^"]+)"/.exec(text)?.[1] ?? 'an answer');
  };
  await runScenario(cutScenario([]), { isOn: true, clock: () => undefined, add: collect });
  expect([...new Set(frames)].toSorted()).toEqual([...MESSAGES, 'an answer'].toSorted());
});

test.each(Object.entries(NOTICES))('a cut anywhere is survived, when %s', async (_name, notice) => {
  const report = await cutOnceEverywhere(notice);
  expect(await toldOf(report)).toBeUndefined();
  // Inside and behind each of some forty frames; how many they are changes with what they are about, which is held above.
  expect(report.runs).toBeGreaterThan(60);
});

test('a second cut anywhere after a first cut anywhere is survived', async () => {
  const report = await cutTwiceEverywhere({ clientMs: 0, serverMs: 0 });
  expect(await toldOf(report)).toBeUndefined();
  expect(report.runs).toBeGreaterThan(1_000);
});

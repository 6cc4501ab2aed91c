import { setImmediate as turn } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { ParsedConfigs } from './parsed-configs.js';
import { parseToml } from './toml-selection.js';

/** Answers, and what was parsed for them. */
function counted(): { readonly configs: ParsedConfigs; readonly texts: readonly string[] } {
  const texts: string[] = [];
  const configs = new ParsedConfigs((text) => {
    texts.push(text);
    return parseToml(text);
  });
  return { configs, texts };
}

test('a text is parsed once, until another one is found at its path, and what is wrong with it is told each time', async () => {
  const { configs, texts } = counted();
  const ask = (path: string, text: string, key: string): Promise<string | undefined> =>
    configs.select(path, text, [[key]]).catch((error: unknown) => String(error).split('\n', 1)[0]);
  const answers: (string | undefined)[] = [];
  for (const [path, text, key] of [
    ['/a', 'x = 1\ny = 2', 'x'],
    ['/a', 'x = 1\ny = 2', 'y'],
    ['/b', 'x = 3', 'x'],
    ['/a', 'x = 4', 'x'],
    ['/a', 'x =', 'x'],
    ['/a', 'x =', 'x'],
    ['/b', 'x = 3', 'y'],
  ] as const)
    answers.push(await ask(path, text, key));
  const wrong = expect.stringMatching(/^Error: Invalid TOML document/) as string;
  expect({ answers, texts }).toEqual({
    answers: ['x = 1\n', 'y = 2\n', 'x = 3\n', 'x = 4\n', wrong, wrong, undefined],
    texts: ['x = 1\ny = 2', 'x = 3', 'x = 4', 'x ='],
  });
});

test('of many requests at once each waits for a turn of the event loop, in which others go on', async () => {
  const { configs, texts } = counted();
  const requests = Array.from({ length: 20 }, (_, at) => configs.select('/a', `x = ${String(at)}`, [['x']]));
  const seen = new Set<number>();
  for (let turns = 0; turns < 60; turns += 1) {
    seen.add(texts.length);
    await turn();
  }
  expect(await Promise.all(requests)).toEqual(requests.map((_, at) => `x = ${String(at)}\n`));
  expect(seen.size).toBeGreaterThan(15);
});

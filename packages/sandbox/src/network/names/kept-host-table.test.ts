import { expect, test } from 'vitest';
import { type HostTableFile, keptHostTable } from './kept-host-table.js';

/** A file whose texts come one after the other; one that is none cannot be read. */
function fileWith(
  versions: readonly string[],
  texts: readonly (string | undefined)[],
): HostTableFile & { reads: number } {
  const left = [...versions];
  return {
    reads: 0,
    version: () => Promise.resolve(left.shift() ?? versions.at(-1) ?? ''),
    text() {
      const text = texts[this.reads];
      this.reads += 1;
      return text === undefined ? Promise.reject(new Error('no descriptor left')) : Promise.resolve(text);
    },
  };
}

test('many who ask at once share one reading, and so do those who ask later', async () => {
  const file = fileWith(['1'], ['10.0.0.1 a.example', '10.0.0.2 a.example']);
  const table = keptHostTable(file);
  const tables = [...(await Promise.all([table(), table(), table()])), await table()];
  expect(tables.map((one) => one.get('a.example'))).toEqual(tables.map(() => ['10.0.0.1']));
  expect(file.reads).toBe(1);
});

test('a file that has changed is read again', async () => {
  const table = keptHostTable(fileWith(['1', '2'], ['10.0.0.1 a.example', '10.0.0.2 a.example']));
  expect([(await table()).get('a.example'), (await table()).get('a.example')]).toEqual([
    ['10.0.0.1'],
    ['10.0.0.2'],
  ]);
});

test('one that cannot be read is tried again', async () => {
  const table = keptHostTable(fileWith(['1'], [undefined, '10.0.0.2 a.example']));
  await expect(table()).rejects.toThrow('no descriptor left');
  expect((await table()).get('a.example')).toEqual(['10.0.0.2']);
});

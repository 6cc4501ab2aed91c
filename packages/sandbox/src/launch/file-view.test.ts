import { expect, test } from 'vitest';
import type { Creation, FileFact } from '../files/file-facts.js';
import { lookUnlessKeptOut } from '../files/look-unless-kept-out.js';
import { fakeFiles } from '../files/testing/fake-files.js';
import { MAX_LOOKS_IN_ONE_GO } from '../limits.js';
import { viewWithoutPlaceholders } from './file-view.js';

const FILES = fakeFiles({ '/ws/.codex': 'directory', '/ws/.git': 'directory' });

/** What the records say is in /ws, each time somebody asks; the last answer is for good. */
function recordsOf(...answers: readonly (readonly string[])[]): {
  placeholdersIn(directory: string): ReadonlySet<string>;
} {
  let asked = 0;
  return {
    placeholdersIn(directory) {
      if (directory !== '/ws') return new Set();
      asked += 1;
      return new Set(answers[Math.min(asked, answers.length) - 1]);
    },
  };
}

function kinds(records: ReturnType<typeof recordsOf>): { readonly runs: number; readonly seen: unknown } {
  let runs = 0;
  const seen = viewWithoutPlaceholders(FILES, records).inOneGo((files) => {
    runs += 1;
    return ['/ws/.codex', '/ws/.git'].map((path) => files.look(path)?.kind);
  });
  return { runs, seen };
}

test('what stands there for another sandbox is not there', () => {
  expect(viewWithoutPlaceholders(FILES, recordsOf(['/ws/.codex'])).look('/ws/.codex')).toBeUndefined();
  expect(kinds(recordsOf(['/ws/.codex']))).toEqual({ runs: 1, seen: [undefined, 'directory'] });
});

test('each file is looked at once, and each directory asked for twice', () => {
  const looked: string[] = [];
  const asked: string[] = [];
  const look = (path: string): ReturnType<typeof FILES.look> => {
    looked.push(path);
    return FILES.look(path);
  };
  const placeholdersIn = (directory: string): ReadonlySet<string> => {
    asked.push(directory);
    return new Set();
  };
  const paths = ['/ws', '/ws/.git', '/ws/.codex', '/ws/.git', '/ws'];
  viewWithoutPlaceholders({ ...FILES, look }, { placeholdersIn }).inOneGo((files) =>
    paths.map((path) => files.look(path)),
  );
  expect([looked, asked]).toEqual([
    ['/ws', '/ws/.git', '/ws/.codex'],
    ['/', '/ws', '/', '/ws'],
  ]);
});

test('what lies below a directory that is closed to whoever is confined cannot be looked at, and the directory can', () => {
  const closed = fakeFiles({ '/ws/theirs/deep/file': { text: '' } }, { '/ws/theirs': { mode: 0o700 } });
  const isClosed = ({ mode }: FileFact): boolean => mode === 0o700;
  const seen = viewWithoutPlaceholders({ ...closed, isClosed }, recordsOf([])).inOneGo((files) => ({
    directory: files.look('/ws/theirs')?.kind,
    inside: ['/ws/theirs/.', '/ws/theirs/deep/file'].map((path) => lookUnlessKeptOut(path, files)),
    beside: lookUnlessKeptOut('/ws/other', files),
  }));
  expect(seen).toEqual({ directory: 'directory', inside: ['keptOut', 'keptOut'], beside: 'missing' });
});

test('each directory is asked once whether something can be made in it', () => {
  const asked: string[] = [];
  const mayCreateIn = (directory: string): Creation => {
    asked.push(directory);
    return directory === '/ws' ? 'now' : 'never';
  };
  const view = viewWithoutPlaceholders({ ...FILES, mayCreateIn }, recordsOf([]));
  const answers = view.inOneGo((files) => ['/ws', '/', '/ws', '/'].map((path) => files.mayCreateIn(path)));
  expect([answers, asked]).toEqual([
    ['now', 'never', 'now', 'never'],
    ['/ws', '/'],
  ]);
});

test('it is begun anew when a sandbox starts or ends meanwhile, where that makes a difference', () => {
  expect(kinds(recordsOf([], ['/ws/.codex']))).toEqual({ runs: 2, seen: [undefined, 'directory'] });
  expect(kinds(recordsOf(['/ws/.codex'], []))).toEqual({ runs: 2, seen: ['directory', 'directory'] });
  expect(kinds(recordsOf([], ['/ws/other']))).toEqual({ runs: 1, seen: ['directory', 'directory'] });
});

test('it is given up when that does not end, and not a time earlier', () => {
  const held = ['/ws/.codex'];
  const restless = (changes: number): ReturnType<typeof recordsOf> =>
    recordsOf(...Array.from({ length: changes + 1 }, (_, at) => (at % 2 === 0 ? [] : held)));
  const mostTries = 2 * MAX_LOOKS_IN_ONE_GO;
  expect(kinds(restless(mostTries - 2))).toMatchObject({ runs: MAX_LOOKS_IN_ONE_GO });
  expect(() => kinds(restless(mostTries - 1))).toThrow(
    'sandbox: others start and end faster than this one can be planned; try again',
  );
});

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { explainJson, type JsonScan, scanJson } from './json-scanner.js';

const LIMITS = { maxDepth: 127, maxValues: 262_144 };

function scan(text: string): JsonScan {
  return scanJson(text, LIMITS);
}

function problemOf(text: string): string | undefined {
  const result = scan(text);
  return result.ok ? undefined : `${result.problem.kind}: ${result.problem.message}`;
}

/** JSON as a tree that can say what a JavaScript object cannot: a member twice, one name in two spellings. */
type Tree =
  | { readonly type: 'scalar'; readonly source: string }
  | { readonly type: 'array'; readonly items: readonly Tree[] }
  | { readonly type: 'object'; readonly members: readonly (readonly [nameSource: string, value: Tree])[] };

function textOf(tree: Tree, space: string): string {
  switch (tree.type) {
    case 'scalar':
      return tree.source;
    case 'array':
      return `[${space}${tree.items.map((item) => textOf(item, space)).join(`${space},`)}]`;
    case 'object': {
      const members = tree.members.map(([name, value]) => `${space}${name}${space}:${textOf(value, space)}`);
      return `{${members.join(',')}${space}}`;
    }
  }
}

/** Slow and simple. A repeated member is one that is in the text, but not in what `JSON.parse` makes of it. */
function naiveVerdict(text: string, limits: typeof LIMITS): 'ok' | 'duplicate' | 'depth' | 'values' {
  const written = [...text.matchAll(/"(?:[^"\\]|\\.)*"(\s*:)?/gs)].filter(([, colon]) => colon !== undefined);
  const parsed: unknown = JSON.parse(text);
  if (written.length > countMembers(parsed)) return 'duplicate';
  if (depthOf(parsed) > limits.maxDepth) return 'depth';
  return countValues(parsed) > limits.maxValues ? 'values' : 'ok';
}

function childrenOf(value: unknown): readonly unknown[] {
  return typeof value === 'object' && value !== null ? Object.values(value) : [];
}

function countMembers(value: unknown): number {
  const own = Array.isArray(value) ? 0 : childrenOf(value).length;
  return childrenOf(value).reduce<number>((sum, child) => sum + countMembers(child), own);
}

function countValues(value: unknown): number {
  return childrenOf(value).reduce<number>((sum, child) => sum + countValues(child), 1);
}

function depthOf(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 0;
  return 1 + Math.max(0, ...childrenOf(value).map(depthOf));
}

/** A string literal with some of its characters written as escapes. */
const stringSource = fc
  .tuple(fc.string({ unit: 'binary', maxLength: 50 }), fc.infiniteStream(fc.nat({ max: 3 })))
  .map(([text, dice]) => {
    const spelled = [...text.split('')].map((unit) => {
      const isPlain = /[^"\\\p{Cc}\p{Surrogate}]/u.test(unit) && dice.next().value !== 0;
      return isPlain ? unit : `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`;
    });
    return `"${spelled.join('')}"`;
  });
const nameSource = fc.oneof(
  fc.constantFrom('"a"', '"\\u0061"', '"id"', '"\\u0069d"', '"__proto__"', '"\\""', '"\\u0022"', '"\\\\"'),
  stringSource,
);
const scalarSource = fc.oneof(
  fc.constantFrom('null', 'true', 'false', '0', '-1.5e-7', '"\\\\"', '"\\\\\\""', '"{[:,]}"', '""'),
  fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => JSON.stringify(value)),
  stringSource,
);
const { tree } = fc.letrec<{ tree: Tree }>((tie) => ({
  tree: fc.oneof(
    { maxDepth: 5, withCrossShrink: true },
    scalarSource.map((source): Tree => ({ type: 'scalar', source })),
    fc.array(tie('tree'), { maxLength: 4 }).map((items): Tree => ({ type: 'array', items })),
    fc
      .array(fc.tuple(nameSource, tie('tree')), { maxLength: 4 })
      .map((members): Tree => ({ type: 'object', members })),
  ),
}));
const space = fc.constantFrom('', ' ', '\n', '\r\n\t');

describe('what is accepted', () => {
  test.each(['{}', '[]', 'null', '"x"', '-1.5e3', ' {"a":[1,{"a":1}],"b":{"a":2}} ', '[{"a":1},{"a":1}]'])(
    '%s',
    (text) => {
      expect(scan(text)).toEqual({ ok: true, idSource: undefined });
    },
  );

  test('agrees with the naive reading of any JSON', () => {
    const limits = { maxDepth: 4, maxValues: 12 };
    fc.assert(
      fc.property(tree, space, (value, gap) => {
        const text = textOf(value, gap);
        // A text can break several rules. The scanner names the one that it meets first, so kinds are compared below,
        // where duplicates are all that can be wrong.
        expect(scanJson(text, limits).ok).toBe(naiveVerdict(text, limits) === 'ok');
        expect(problemOf(text)?.split(':')[0] ?? 'ok').toBe(naiveVerdict(text, LIMITS));
      }),
      { numRuns: 2000 },
    );
  });

  test('agrees with JSON.parse on texts with a fault, once tokens are read', () => {
    const mark = fc.constantFrom('', '"', '\\', ',', ':', '{', '}', '[', ']', '1', 'x', ' ', '\n', '\0', 'é');
    fc.assert(
      fc.property(tree, space, fc.nat(), mark, fc.boolean(), (value, gap, where, character, replaces) => {
        const intact = textOf(value, gap);
        const at = where % (intact.length + 1);
        const text = intact.slice(0, at) + character + intact.slice(at + (replaces ? 1 : 0));
        const problem = problemOf(text);
        const isSyntaxFault = !isJson(text);
        if (problem === undefined && isSyntaxFault) {
          expect(explainJson(text, LIMITS).message).toMatch(/^line \d+, column \d+: not valid JSON, /);
        }
        if (!isSyntaxFault) expect(problem ?? 'duplicate').toMatch(/^duplicate/);
      }),
      { numRuns: 2000 },
    );
  });
});

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

describe('the id', () => {
  test.each([
    ['{"id":7}', '7'],
    ['{"id":9007199254740993,"x":1}', '9007199254740993'],
    ['{ "id" : -1.0 }', '-1.0'],
    ['{"x":{"id":1},"id":2}', '2'],
    ['{"id":"a\\"b"}', '"a\\"b"'],
    ['{"\\u0069d":3}', '3'],
    ['{"id":null}', 'null'],
    ['{"x":"id"}', undefined],
    ['{"x":{"id":1}}', undefined],
    ['[{"id":1}]', undefined],
    ['{"id":{"a":1}}', undefined],
    ['{"id":[1]}', undefined],
    ['{"Id":1}', undefined],
  ])('of %s is %s', (text, idSource) => {
    expect(scan(text)).toEqual({ ok: true, idSource });
  });
});

describe('duplicate members', () => {
  test.each([
    [
      '{"id":1,"id":2}',
      'duplicate: line 1, column 9: the member "id" occurs twice in one object; send it once',
    ],
    [
      '{"a":1,\n "\\u0061":2}',
      'duplicate: line 2, column 2: the member "a" occurs twice in one object; send it once',
    ],
    [
      '[0,{"x":{"":{},"":1}}]',
      'duplicate: line 1, column 16: the member "" occurs twice in one object; send it once',
    ],
    [
      '{"a":{"b":{}},"a":1}',
      'duplicate: line 1, column 15: the member "a" occurs twice in one object; send it once',
    ],
    [
      '{"\\"":1,"\\u0022":2}',
      'duplicate: line 1, column 9: the member "\\"" occurs twice in one object; send it once',
    ],
  ])('%s', (text, problem) => {
    expect(problemOf(text)).toBe(problem);
  });

  test('the quoted name is cut', () => {
    const name = JSON.stringify('n'.repeat(1000));
    expect(problemOf(`{${name}:1,${name}:1}`)?.length).toBeLessThan(200);
  });

  test.each([11, 12, 13, 14, 40, 5000])('are found among %i members, wherever they are', (count) => {
    const names = Array.from({ length: count }, (_, index) => `"m${String(index)}"`);
    const objectOf = (all: readonly string[]): string =>
      `{${all.map((name) => `${name}:{"m0":[{"m1":1}]}`).join(',')}}`;
    expect(problemOf(objectOf(names))).toBeUndefined();
    expect(problemOf(`[${objectOf(names)},${objectOf(names)}]`)).toBeUndefined();
    for (const repeated of [0, 10, 11, 12, 13, count - 1]) {
      expect(problemOf(objectOf([...names, `"m${String(Math.min(repeated, count - 1))}"`]))).toMatch(
        /^duplicate/,
      );
    }
  });
});

describe('limits', () => {
  const nested = (depth: number, open: string, inner: string, close: string): string =>
    open.repeat(depth) + inner + close.repeat(depth);

  test('127 levels pass and 128 do not', () => {
    expect(problemOf(nested(127, '[', '', ']'))).toBeUndefined();
    expect(problemOf(nested(127, '{"a":', '1', '}'))).toBeUndefined();
    expect(problemOf(nested(128, '[', '', ']'))).toBe(
      'depth: line 1, column 128: nested deeper than 127 levels; send a flatter message',
    );
    expect(problemOf(nested(128, '{"a":', '1', '}'))).toMatch(/^depth: /);
  });

  test('262144 values pass and one more does not', () => {
    const arrayOf = (length: number): string => JSON.stringify(Array.from({ length }, () => 0));
    expect(problemOf(arrayOf(262_143))).toBeUndefined();
    expect(problemOf(arrayOf(262_144))).toMatch(/^values: .*more than 262144 values; split the message$/);
  });

  test('names do not count as values', () => {
    expect(scanJson('{"a":1,"b":[]}', { maxDepth: 2, maxValues: 3 })).toEqual({
      ok: true,
      idSource: undefined,
    });
  });

  test('brackets in strings are no nesting', () => {
    expect(problemOf(JSON.stringify('['.repeat(1000)))).toBeUndefined();
  });
});

describe('faults of syntax', () => {
  test.each([
    ['', 'line 1, column 1: not valid JSON, the text ends where a value should follow'],
    ['not json', 'line 1, column 1: not valid JSON, expected a value'],
    [
      '{',
      'line 1, column 2: not valid JSON, the text ends where a member name in double quotes or "}" should follow',
    ],
    ['{"a"', 'line 1, column 5: not valid JSON, the text ends where ":" should follow'],
    ['{"a":', 'line 1, column 6: not valid JSON, the text ends where a value should follow'],
    ['{"a":"', 'line 1, column 6: not valid JSON, the string that starts here has no closing quote'],
    ['{"a":"\\', 'line 1, column 6: not valid JSON, the string that starts here has no closing quote'],
    ['{a:1}', 'line 1, column 2: not valid JSON, expected a member name in double quotes or "}"'],
    ['{"a":1,}', 'line 1, column 8: not valid JSON, expected a member name in double quotes'],
    ['{"a" 1}', 'line 1, column 6: not valid JSON, expected ":"'],
    ['{"a":1 "b":2}', 'line 1, column 8: not valid JSON, expected "," or the closing bracket'],
    ['{"a":1]', 'line 1, column 7: not valid JSON, expected "," or the closing bracket'],
    ['[1,\n  2,]', 'line 2, column 5: not valid JSON, expected a value'],
    ['[}', 'line 1, column 2: not valid JSON, expected a value or "]"'],
    [']', 'line 1, column 1: not valid JSON, expected a value'],
    [':', 'line 1, column 1: not valid JSON, expected a value'],
    [
      '{"a":1}{"b":2}',
      'line 1, column 8: not valid JSON, expected the end of the text; send one message at a time',
    ],
    [
      '{"a":1} x',
      'line 1, column 9: not valid JSON, expected the end of the text; send one message at a time',
    ],
    ['\uFEFF{}', 'line 1, column 1: not valid JSON, expected a value'],
  ])('%j', (text, problem) => {
    expect(problemOf(text)).toBe(`syntax: ${problem}`);
  });

  test.each([
    ['{"a":01}', 'line 1, column 6: not valid JSON, expected a value'],
    ['{"a":tru}', 'line 1, column 6: not valid JSON, expected a value'],
    [
      '{"a":"\\x"}',
      'line 1, column 6: not valid JSON, the string holds a control character or an unknown escape',
    ],
    ['["\n"]', 'line 1, column 2: not valid JSON, the string holds a control character or an unknown escape'],
    [
      '{"\\x":1}',
      'line 1, column 2: not valid JSON, the string holds a control character or an unknown escape',
    ],
  ])('%j is left to JSON.parse and explained afterwards', (text, message) => {
    expect(scan(text).ok).toBe(true);
    expect(explainJson(text, LIMITS).message).toBe(message);
  });

  test('a text without a fault gets a general answer', () => {
    expect(explainJson('{}', LIMITS)).toEqual({
      kind: 'syntax',
      offset: 0,
      message: 'the text is not valid JSON',
    });
  });
});

describe('strings', () => {
  test.each([
    ['x'.repeat(31)],
    ['x'.repeat(32)],
    ['x'.repeat(33)],
    [`${'x'.repeat(31)}"`],
    [`${'x'.repeat(31)}\\`],
    [`${'x'.repeat(40)}"${'x'.repeat(40)}"`],
    [`${'x'.repeat(40)}\\`],
    [`${'x'.repeat(40)}\\"`],
    ['"'.repeat(100)],
    ['\\'.repeat(101)],
    ['é'.repeat(100)],
  ])('the end of %j is found', (text) => {
    expect(scan(`{"a":${JSON.stringify(text)},"id":5}`)).toEqual({ ok: true, idSource: '5' });
  });

  test('hostile texts take linear time', () => {
    const texts = [
      JSON.stringify('"'.repeat(2 ** 22)),
      JSON.stringify('\\'.repeat(2 ** 22)),
      `"${'\\'.repeat(2 ** 22)}`,
      '['.repeat(2 ** 22),
      ' '.repeat(2 ** 22),
    ];
    const startedAt = performance.now();
    for (const text of texts) scan(text);
    expect(performance.now() - startedAt).toBeLessThan(5000);
  });
});

import fc from 'fast-check';
import { expect, test } from 'vitest';
import * as z from 'zod';
import { listOf, MAX_TOLD_ISSUES, tableOf } from './bounded-issues.js';
import { environmentConfigRead } from './methods/environment.js';
import { httpRequest } from './methods/http.js';
import { sessionAcknowledge, sessionReplay } from './methods/initialize.js';
import { processStart } from './methods/process.js';
import { MAX_VARIABLES } from './methods/process-start.js';

/** As many as one message may hold. */
const MANY = 250_000;

const START = { processId: 'p', argv: ['true'], cwd: 'file:///', env: {}, tty: false };

/** Where values are wrong. */
function wrongPlaces(schema: z.ZodType, value: unknown): readonly string[] {
  const { error } = schema.safeParse(value);
  return (error?.issues ?? []).map(({ path }) => path.map(String).join('.'));
}

function first(prefix: string): readonly string[] {
  return Array.from({ length: MAX_TOLD_ISSUES }, (_, at) => `${prefix}${String(at)}`);
}

test('of a list of wrong values the first are told', () => {
  const argv = Array.from({ length: MANY }, () => 1);
  expect(wrongPlaces(processStart.params, { ...START, argv })).toEqual(first('argv.'));
});

test('of a table of wrong values the first are told', () => {
  const env = Object.fromEntries(Array.from({ length: MAX_VARIABLES }, (_, at) => [`n${String(at)}`, null]));
  expect(wrongPlaces(processStart.params, { ...START, env })).toEqual(first('env.n'));
});

test('of wrong objects, and of lists of wrong values in a list, the first are told', () => {
  const headers = Array.from({ length: MANY }, () => ({ name: 'n', value: 1 }));
  const places = Array.from({ length: MAX_TOLD_ISSUES }, (_, at) => `headers.${String(at)}.value`);
  const request = { requestId: 'r', method: 'GET', url: 'http://127.0.0.1/' };
  expect(wrongPlaces(httpRequest.params, { ...request, headers })).toEqual(places);
  const configPaths = Array.from({ length: 500 }, () => Array.from({ length: 500 }, () => 1));
  const read = { cwd: 'file:///', configPaths, requirementsPaths: [] };
  expect(wrongPlaces(environmentConfigRead.params, read)).toEqual(first('configPaths.0.'));
});

test('a list that is too long is refused before it is looked through', () => {
  const cursors = Array.from({ length: MANY }, () => 1);
  expect(wrongPlaces(sessionReplay.params, { cursors })).toEqual(['cursors']);
  const unanswered = cursors.map(() => 'x');
  expect(wrongPlaces(sessionAcknowledge.params, { upToId: 1, unanswered })).toEqual(['unanswered']);
  const [configPaths, requirementsPaths] = [cursors, cursors];
  expect(
    wrongPlaces(environmentConfigRead.params, { cwd: 'file:///', configPaths, requirementsPaths }),
  ).toEqual(['configPaths', 'requirementsPaths']);
});

test('of a list that is too long no element is looked at, and what is said is the limit', () => {
  const looks: unknown[] = [];
  const element = z.string().refine((value) => looks.push(value) > 0);
  const list = listOf(element).max(3, 'must have at most 3 names; send fewer').min(1);
  const said = list.safeParse(Array.from({ length: MANY }, () => 'a')).error?.issues;
  expect([said, looks]).toEqual([
    [
      {
        code: 'too_big',
        origin: 'array',
        maximum: 3,
        inclusive: true,
        path: [],
        message: 'must have at most 3 names; send fewer',
      },
    ],
    [],
  ]);
  expect([list.safeParse(['a', 'b', 'c']).success, looks]).toEqual([true, ['a', 'b', 'c']]);
});

test('each field has its own first ones', () => {
  const argv = Array.from({ length: MANY / 2 }, () => 1);
  const includeOnly = argv;
  const envPolicy = { inherit: 'all', ignoreDefaultExcludes: true, exclude: [], set: {}, includeOnly };
  expect(wrongPlaces(processStart.params, { ...START, argv, envPolicy })).toEqual([
    ...first('argv.'),
    ...first('envPolicy.includeOnly.'),
  ]);
});

test('a table that is too large is refused before it is looked through', () => {
  const table = (size: number): Readonly<Record<string, number>> =>
    Object.fromEntries(Array.from({ length: size }, (_, at) => [`n${String(at)}`, 1]));
  const { params } = processStart;
  expect(params.safeParse({ ...START, env: table(MAX_VARIABLES + 1) }).error?.issues).toEqual([
    { code: 'custom', path: ['env'], message: 'must have at most 16384 variables; send fewer' },
  ]);
  expect(wrongPlaces(params, { ...START, env: table(MAX_VARIABLES) })).toEqual(first('env.n'));
});

test('what holds no more wrong values fares as it does with zod', () => {
  const value = fc.oneof(fc.integer({ max: 3 }), fc.constant('text'), fc.jsonValue({ maxDepth: 1 }));
  const lists: readonly [z.ZodType, z.ZodType] = [
    listOf(z.int()).min(1).max(8),
    z.array(z.int()).min(1).max(8),
  ];
  const tables: readonly [z.ZodType, z.ZodType] = [tableOf(z.int()), z.record(z.string(), z.int())];
  const input = fc.oneof(fc.array(value, { maxLength: 12 }), fc.dictionary(fc.string(), value), value);
  fc.assert(
    fc.property(input, fc.constantFrom(lists, tables), (any, [bounded, plain]) => {
      const [own, other] = [bounded, plain].map((schema) => schema.safeParse(any, { reportInput: true }));
      expect(own).toEqual(other);
    }),
  );
  const named: unknown = JSON.parse('{"__proto__": 1, "constructor": 2}');
  expect(tableOf(z.int()).parse(named)).toEqual(z.record(z.string(), z.int()).parse(named));
});

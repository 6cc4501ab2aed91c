import { expect, test } from 'vitest';
import { ExecError } from '../errors.js';
import { asProcessId, asWriteId } from '../ids.js';
import { MAX_ID_CHARACTERS } from '../limits.js';
import type { NotificationSpec, RequestSpec } from '../methods/define.js';
import { extensionFieldsOf } from '../methods/extension-field.js';
import { processStart, processTerminate, processWrite } from '../methods/process.js';
import { CLIENT_NOTIFICATIONS, REQUESTS } from '../methods/table.js';
import { wireIdFromNumber } from '../wire/envelope.js';
import { JsonText } from '../wire/json-text.js';
import { bindRoute, encodeParams, parseParams, type Route } from './route.js';

const ID = wireIdFromNumber(1);

const processId = asProcessId('p');

/** A route that keeps what reaches its handler. */
function terminate(agreed: Parameters<typeof bindRoute>[2]): {
  readonly route: Route;
  readonly seen: unknown[];
} {
  const seen: unknown[] = [];
  const handler = (params: object): { running: boolean } => {
    seen.push(params);
    return { running: true };
  };
  return { route: bindRoute(processTerminate, handler, agreed), seen };
}

test('what belongs to an extension that was not agreed on does not reach the handler, whatever it holds', async () => {
  const { route, seen } = terminate(() => ({ flow: 1 }));
  for (const graceMs of ['soon', null, -1, 5]) {
    expect(await route({ processId, graceMs }, ID)).toEqual({ running: true });
  }
  expect(seen).toEqual([{ processId }, { processId }, { processId }, { processId }]);
});

test('what belongs to an extension that was agreed on has to have its type', async () => {
  const { route, seen } = terminate(() => ({ signals: 1 }));
  await route({ processId, graceMs: 5 }, ID);
  await expect(route({ processId, graceMs: 'soon' }, ID)).rejects.toMatchObject({
    kind: 'invalidParams',
    message: expect.stringMatching(/^process\/terminate: graceMs: /) as string,
  });
  expect(seen).toEqual([{ processId, graceMs: 5 }]);
});

test('the extensions are those of when the request comes, and without any word all of them', async () => {
  let agreed = {};
  const { route, seen } = terminate(() => agreed);
  await route({ processId, graceMs: 5 }, ID);
  agreed = { signals: 1 };
  await route({ processId, graceMs: 5 }, ID);
  const { route: open, seen: all } = terminate(undefined);
  await open({ processId, graceMs: 5 }, ID);
  expect([seen, all]).toEqual([[{ processId }, { processId, graceMs: 5 }], [{ processId, graceMs: 5 }]]);
});

test('an answer that is JSON already goes out as it is', async () => {
  const written = new JsonText('{"running":true}');
  expect(await bindRoute(processTerminate, () => written)({ processId }, ID)).toBe(written);
});

test.each([null, undefined, 7, 'text', []])(
  'params that are %j and no object are refused as such',
  async (params) => {
    await expect(terminate(() => ({})).route(params, ID)).rejects.toMatchObject({ kind: 'invalidParams' });
  },
);

test.each([
  [7, 'params: must be an object, is 7'],
  [null, 'params: must be an object, is null'],
  [['p'], 'params: must be an object, is an array'],
  [undefined, 'params: is required, as an object'],
  [{}, 'processId: is required, as a string'],
  [{ processId: true }, 'processId: must be a string, is a boolean'],
  [{ processId, graceMs: 'secret' }, 'graceMs: must be a number, is a string'],
  [{ processId, graceMs: 1.5 }, 'graceMs: must be an integer, is 1.5'],
  [
    { processId: {}, graceMs: [] },
    'processId: must be a string, is an object; graceMs: must be a number, is an array',
  ],
])('for %j it says what is there and what has to be', async (params, message) => {
  await expect(terminate(undefined).route(params, ID)).rejects.toMatchObject({
    kind: 'invalidParams',
    message: `process/terminate: ${message}`,
  });
});

test('of many wrong fields the first are told, and of a long name its ends', () => {
  const start = { processId, argv: ['x'], cwd: 'file:///', env: {}, tty: false };
  const refusalOf = (params: object): string => {
    try {
      parseParams(processStart, { ...start, ...params });
      return '';
    } catch (error) {
      return (error as ExecError).message;
    }
  };
  const wrongIn = (list: string, count: number): string =>
    Array.from({ length: count }, (_, at) => `${list}.${String(at)}: must be a string, is 1`).join('; ');
  expect(refusalOf({ argv: new Array<number>(200_000).fill(1) })).toBe(
    `process/start: ${wrongIn('argv', 20)}`,
  );
  expect(refusalOf({ argv: new Array<number>(19).fill(1), cwd: 1, tty: 1 })).toBe(
    `process/start: ${wrongIn('argv', 19)}; cwd: must be a string, is 1; and 1 more`,
  );
  expect(refusalOf({ env: { [`A${'x'.repeat(2 ** 20)}Z`]: 1 } })).toBe(
    `process/start: env.A${'x'.repeat(124)} […] ${'x'.repeat(124)}Z: must be a string, is 1`,
  );
});

test('these fields came with an extension', () => {
  const fields = Object.values<RequestSpec>(REQUESTS).map(
    ({ method, params }) => [method, Object.fromEntries(extensionFieldsOf(params))] as const,
  );
  expect(Object.fromEntries(fields.filter(([, of]) => Object.keys(of).length > 0))).toEqual({
    'process/start': {
      size: 'pty',
      retention: 'gap',
      lifetime: 'attach',
      drainMs: 'drain',
      windowBytes: 'flow',
    },
    'process/signal': { target: 'signals' },
    'process/terminate': { graceMs: 'signals' },
    'process/attach': { windowBytes: 'flow' },
    'fs/writeFile': { permissions: 'files' },
    'fs/open': { keep: 'files', permissions: 'files', followSymlinks: 'files' },
  });
});

/** Members of parameters that hold an id which the client chose. */
const IDS = ['processId', 'writeId', 'requestId', 'ref'];

const TAKERS = Object.values({ ...REQUESTS, ...CLIENT_NOTIFICATIONS })
  .flatMap((spec) => IDS.map((member) => ({ spec, method: spec.method, member })))
  .filter(({ spec, member }) => spec.direction === 'clientToServer' && member in shapeOf(spec));

function shapeOf({ params }: RequestSpec | NotificationSpec): object {
  return 'shape' in params ? (params.shape as object) : {};
}

test.each(TAKERS)(
  '$method refuses a $member that is too long, and does not repeat it',
  ({ spec, member }) => {
    const refusalOf = (id: string): string => {
      try {
        parseParams(spec, { [member]: id });
        return '';
      } catch (error) {
        return String(error);
      }
    };
    const refusal = refusalOf('x'.repeat(MAX_ID_CHARACTERS + 1));
    expect(refusal).toContain(`${member}: must have at most 1024 characters; choose a shorter one`);
    expect(refusal).not.toContain('xx');
    expect(refusalOf('x'.repeat(MAX_ID_CHARACTERS))).not.toContain(`${member}:`);
  },
);

test('ids come in by every method that is about a process, and by those that name a write or a response', () => {
  const takersOf = (wanted: string): string[] =>
    TAKERS.filter(({ member }) => member === wanted).map(({ method }) => method);
  const processMethods = Object.values({ ...REQUESTS, ...CLIENT_NOTIFICATIONS })
    .map(({ method }) => method)
    .filter((method) => method.startsWith('process/') && method !== 'process/list');
  expect({ processId: takersOf('processId'), others: ['writeId', 'requestId', 'ref'].map(takersOf) }).toEqual(
    {
      processId: processMethods,
      others: [['process/write'], ['http/request'], ['process/attach']],
    },
  );
});

test('parameters that the other side would refuse are refused in the same words before they are sent', () => {
  const params = {
    processId,
    writeId: asWriteId('w'.repeat(MAX_ID_CHARACTERS + 1)),
    chunk: new Uint8Array(),
  };
  const words = 'process/write: writeId: must have at most 1024 characters; choose a shorter one';
  expect(() => encodeParams(processWrite, params)).toThrow(new ExecError('invalidParams', words));
});

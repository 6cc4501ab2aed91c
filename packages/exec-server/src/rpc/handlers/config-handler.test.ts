import type {
  ExecError,
  environmentConfigRead,
  ParamsOf,
  RequestSpec,
  ResultOf,
} from '@holdfast/exec-protocol';
import { expect, test } from 'vitest';
import type { ExecutorConfig } from '../../config/executor-config.js';
import type { FilePlace, FilesInside } from '../../confined-files.js';
import { settle } from '../../testing/core-world.js';
import { TestClock } from '../../testing/test-clock.js';
import { AnswerRoom } from '../answers/answer-room.js';
import { SharedRoom } from '../answers/shared-room.js';
import { type ConfigScope, readConfig } from './config-handler.js';

const CONFIG: ResultOf<typeof environmentConfigRead> = {
  config: { layers: [], cloudInsertionIndex: 0 },
  requirements: { layers: [], cloudInsertionIndex: 0 },
};

const NOTHING_CONFINED = { placeOf: () => undefined };

test('files are read when there is room for what four of them can have', async () => {
  const socket = { bufferedBytes: 32 * 1024 * 1024 - 511 * 1024 };
  const gone = new AbortController().signal;
  const room = new AnswerRoom({
    transport: socket,
    clock: new TestClock(),
    sharedRoom: new SharedRoom(),
    gone,
  });
  let reads = 0;
  const read = (): Promise<typeof CONFIG> => {
    reads += 1;
    return Promise.resolve(CONFIG);
  };
  const params = { cwd: 'file:///', configPaths: [['model']], requirementsPaths: [] };
  const answer = readConfig({ config: { read }, files: { confined: NOTHING_CONFINED, room } }, params);
  await settle();
  expect(reads).toBe(0);
  socket.bufferedBytes -= 1024;
  room.look();
  expect([await answer, reads]).toEqual([CONFIG, 1]);
});

test('below a ceiling each file is read inside of it, up to what is answered of one', async () => {
  const asked: unknown[] = [];
  const inside: FilesInside = {
    request<S extends RequestSpec>(spec: S, params: ParamsOf<S>): Promise<ResultOf<S>> {
      asked.push([spec.method, params]);
      const isWhole = asked.length === 1;
      return Promise.resolve({ dataBase64: Buffer.from('inside'), isWhole, size: 6 } as ResultOf<S>);
    },
    openFile: () => expect.unreachable(),
  };
  const place: FilePlace = { use: (_isLook, work) => work(inside), open: () => expect.unreachable() };
  const placeOf = (sandbox: unknown): FilePlace | undefined => (sandbox === null ? place : undefined);
  const found: unknown[] = [];
  const config: ExecutorConfig = {
    async read(_, readConfined) {
      for (const name of ['whole', 'longer']) {
        const read = readConfined?.(Buffer.from(`/etc/codex/${name}`), 10);
        found.push(await read?.catch((error: unknown) => (error as ExecError).message));
      }
      return CONFIG;
    },
  };
  const room: ConfigScope['files']['room'] = { use: (_bytes, run) => run(new AbortController().signal) };
  const params = { cwd: 'file:///', configPaths: [['model']], requirementsPaths: [] };
  expect(await readConfig({ config, files: { confined: { placeOf }, room } }, params)).toEqual(CONFIG);
  expect([asked, found]).toEqual([
    [
      ['fs/readFileUpTo', { path: 'file:///etc/codex/whole', limitBytes: 10 }],
      ['fs/readFileUpTo', { path: 'file:///etc/codex/longer', limitBytes: 10 }],
    ],
    [
      Buffer.from('inside'),
      '"/etc/codex/longer" is larger than 10 bytes; open it with fs/open and read blocks',
    ],
  ]);
});

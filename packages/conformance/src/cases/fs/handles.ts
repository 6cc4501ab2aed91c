import { area, type ConformanceCase, refused, resultOf } from '../../case.js';
import type { Executor } from '../../executor.js';
import { same } from '../../expect.js';
import { Place } from '../../place.js';
import { base64, decoded } from '../../wire/events.js';
import type { Answer } from '../../wire/message.js';
import type { Session } from '../../wire/session.js';

const opening = area('handle', 'fs/open');
const reading = area('handle', 'fs/readBlock');
const writing = area('handle', 'fs/writeBlock');
const closing = area('handle', 'fs/close');

const MAX_HANDLES = 128;
const MAX_BLOCK = 1_048_576;

export const HANDLE_CASES: readonly ConformanceCase[] = [
  reading.in('read', 'blocks are read wherever they are', async (session, executor) => {
    const files = await Files.make(session, executor, 'printf 0123456789 > a');
    same('the answer', await files.open('h', 'a'), { result: { handleId: 'h' } });
    same('behind', await files.read('h', 6, 3), { chunk: '678', eof: false });
    same('before', await files.read('h', 0, 2), { chunk: '01', eof: false });
  }),
  reading.in('eof', 'eof says that fewer bytes were there than asked for', async (session, executor) => {
    const files = await Files.make(session, executor, 'printf 0123456789 > a');
    await files.open('h', 'a');
    same('to the end', await files.read('h', 5, 5), { chunk: '56789', eof: false });
    same('over the end', await files.read('h', 5, 6), { chunk: '56789', eof: true });
    same('behind the end', await files.read('h', 99, 1), { chunk: '', eof: true });
  }),
  reading.in('largest', 'a block has at most 1 MiB', async (session, executor) => {
    const files = await Files.make(session, executor, `head -c ${MAX_BLOCK} /dev/zero > a`);
    await files.open('h', 'a');
    same('the size', (await files.read('h', 0, MAX_BLOCK)).chunk.length, MAX_BLOCK);
    refused(await files.ask('fs/readBlock', 'h', { offset: 0, len: MAX_BLOCK + 1 }), -32600);
    refused(await files.ask('fs/readBlock', 'h', { offset: 0, len: 0 }), -32600);
  }),
  reading.in('negative', 'a negative offset or length: refused with -32602', async (session, executor) => {
    const files = await Files.make(session, executor, ': > a');
    await files.open('h', 'a');
    refused(await files.ask('fs/readBlock', 'h', { offset: -1, len: 1 }), -32602);
    refused(await files.ask('fs/readBlock', 'h', { offset: 0, len: -1 }), -32602);
  }),
  reading.in('grows', 'what is appended to an open file is read', async (session, executor) => {
    const files = await Files.make(session, executor, 'printf 01 > a');
    await files.open('h', 'a');
    same('at first', await files.read('h', 0, 9), { chunk: '01', eof: true });
    await files.place.sh('printf 23 >> a');
    same('then', await files.read('h', 2, 9), { chunk: '23', eof: true });
  }),
  reading.in('unlinked', 'an open file that is removed is still read', async (session, executor) => {
    const files = await Files.make(session, executor, 'printf 01 > a');
    await files.open('h', 'a');
    await files.place.sh('rm a');
    same('the block', await files.read('h', 0, 2), { chunk: '01', eof: false });
  }),
  reading.in('read-unknown', 'an id that is not open: refused with -32004', async (session) => {
    refused(await session.request('fs/readBlock', { handleId: 'no', offset: 0, len: 1 }), -32004);
    refused(await session.request('fs/writeBlock', { handleId: 'no', offset: 0, chunk: 'AA==' }), -32004);
  }),
  writing.in('write', 'blocks are written wherever they belong', async (session, executor) => {
    const files = await Files.make(session, executor, 'echo something longer > a');
    await files.open('h', 'a', 'replace');
    same('the size at first', await files.place.sh('wc -c < a | tr -d " "'), '0\n');
    same('the answer', await files.write('h', 3, 'def'), { result: {} });
    await files.write('h', 0, 'abc');
    same('the content', await files.place.sh('cat a'), 'abcdef');
  }),
  writing.in('hole', 'what is left out reads as zeroes', async (session, executor) => {
    const files = await Files.make(session, executor);
    await files.open('h', 'a', 'replace');
    await files.write('h', 2, 'x');
    same('the content', await files.place.sh('cat a'), '\0\0x');
  }),
  writing.in('write-sizes', 'a block to write has 1 byte to 1 MiB', async (session, executor) => {
    const files = await Files.make(session, executor);
    await files.open('h', 'a', 'replace');
    refused(await files.write('h', 0, ''), -32600);
    refused(await files.write('h', 0, 'x'.repeat(MAX_BLOCK + 1)), -32600);
    same('the answer', await files.write('h', 0, 'x'.repeat(MAX_BLOCK)), { result: {} });
  }),
  writing.in(
    'order',
    'blocks that are sent without waiting are written in order',
    async (session, executor) => {
      const files = await Files.make(session, executor);
      const asked = [files.open('h', 'a', 'replace')];
      for (let at = 0; at < 50; at += 1) asked.push(files.write('h', 0, String(at).padStart(2, '0')));
      asked.push(files.ask('fs/close', 'h', {}));
      for (const answer of await Promise.all(asked)) resultOf(answer);
      same('the content', await files.place.sh('cat a'), '49');
    },
  ),
  writing.in('base64', 'what is no base64: refused with -32602', async (session, executor) => {
    const files = await Files.make(session, executor);
    await files.open('h', 'a', 'replace');
    refused(await files.ask('fs/writeBlock', 'h', { offset: 0, chunk: '!' }), -32602);
  }),
  writing.in('write-to-read', 'a file that is open to be read takes nothing', async (session, executor) => {
    const files = await Files.make(session, executor, 'echo kept > a');
    await files.open('h', 'a');
    refused(await files.write('h', 0, 'x'), -32603);
    same('the content', await files.place.sh('cat a'), 'kept\n');
  }),
  writing.in(
    'read-of-write',
    'one that is open to be written gives nothing, and stays open',
    async (session, executor) => {
      const files = await Files.make(session, executor);
      await files.open('h', 'a', 'replace');
      refused(await files.ask('fs/readBlock', 'h', { offset: 0, len: 1 }), -32603);
      same('the answer', await files.write('h', 0, 'x'), { result: {} });
    },
  ),
  opening.in(
    'in-use',
    'an id in use: refused with -32600, and free again after fs/close',
    async (session, executor) => {
      const files = await Files.make(session, executor, ': > a');
      await files.open('h', 'a');
      refused(await files.open('h', 'a'), -32600);
      await files.ask('fs/close', 'h', {});
      same('the answer', await files.open('h', 'a'), { result: { handleId: 'h' } });
    },
  ),
  opening.in('failed', 'an id whose file could not be opened is free', async (session, executor) => {
    const files = await Files.make(session, executor, ': > a');
    refused(await files.open('h', 'missing'), -32004);
    resultOf(await files.open('h', 'a'));
  }),
  opening.in('long-id', 'an id has at most 32 bytes', async (session, executor) => {
    const files = await Files.make(session, executor, ': > a');
    resultOf(await files.open('é'.repeat(16), 'a'));
    refused(await files.open(`${'é'.repeat(16)}x`, 'a'), -32600);
  }),
  opening.in('many', `${MAX_HANDLES} files are open at once, and no more`, async (session, executor) => {
    const files = await Files.make(session, executor, ': > a');
    for (let at = 0; at < MAX_HANDLES; at += 1) resultOf(await files.open(`h${at}`, 'a'));
    refused(await files.open('one more', 'a'), -32600);
    await files.ask('fs/close', 'h7', {});
    resultOf(await files.open('one more', 'a'));
  }),
  opening.in('others', 'what is no regular file: refused with -32600', async (session, executor) => {
    const files = await Files.make(session, executor, 'mkdir d; mkfifo p');
    refused(await files.open('d', 'd'), -32600);
    refused(await files.open('p', 'p'), -32600);
  }),
  opening.in('mode', 'an unknown mode: refused with -32602', async (session, executor) => {
    const files = await Files.make(session, executor, ': > a');
    refused(await files.open('h', 'a', 'append'), -32602);
  }),
  closing.in('close', 'closing is always answered', async (session, executor) => {
    const files = await Files.make(session, executor, ': > a');
    await files.open('h', 'a');
    const close = () => files.ask('fs/close', 'h', {});
    same('the answers', [await close(), await close()], [{ result: {} }, { result: {} }]);
    refused(await files.ask('fs/readBlock', 'h', { offset: 0, len: 1 }), -32004);
  }),
  closing.on('own', 'an id belongs to its connection', async (executor) => {
    const [one, other] = [await executor.session(), await executor.session()];
    const files = await Files.make(one, executor, ': > a');
    await files.open('h', 'a');
    refused(await other.request('fs/readBlock', { handleId: 'h', offset: 0, len: 1 }), -32004);
  }),
];

/** Open files of one session. */
class Files {
  readonly place: Place;
  readonly #session: Session;

  private constructor(session: Session, place: Place) {
    this.#session = session;
    this.place = place;
  }

  static async make(session: Session, executor: Executor, make?: string): Promise<Files> {
    return new Files(session, await Place.make(session, executor, make));
  }

  ask(method: string, handleId: string, params: Readonly<Record<string, unknown>>): Promise<Answer> {
    return this.#session.request(method, { handleId, ...params });
  }

  open(handleId: string, path: string, mode?: string): Promise<Answer> {
    return this.ask('fs/open', handleId, { path: this.place.at(path), mode });
  }

  write(handleId: string, offset: number, text: string): Promise<Answer> {
    return this.ask('fs/writeBlock', handleId, { offset, chunk: base64(text) });
  }

  /** A block that must be there, its bytes one character each. */
  async read(
    handleId: string,
    offset: number,
    len: number,
  ): Promise<{ readonly chunk: string; readonly eof: unknown }> {
    const { chunk, eof } = resultOf(await this.ask('fs/readBlock', handleId, { offset, len }));
    return { chunk: decoded(chunk), eof };
  }
}

import { once } from 'node:events';
import { createServer, type Socket } from 'node:net';
import { connect } from 'node:tls';
import { expect, test } from 'vitest';
import { MAX_CLIENT_HELLO_BYTES } from '../../limits.js';
import { type Opening, OpeningReader } from './client-hello.js';

function readOpening(bytes: Buffer): Opening {
  return new OpeningReader().add(bytes);
}

/** What a real client sends first. */
async function helloFor(servername: string | undefined): Promise<Buffer> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  const client = connect({ host: '127.0.0.1', port, ...(servername === undefined ? {} : { servername }) });
  client.on('error', () => undefined);
  const [socket] = (await once(server, 'connection')) as [Socket];
  const [bytes] = (await once(socket, 'data')) as [Buffer];
  client.destroy();
  socket.destroy();
  server.close();
  return bytes;
}

test('the name is read from what a real client sends', async () => {
  expect(readOpening(await helloFor('a.example'))).toEqual({ kind: 'tls', serverName: 'a.example' });
});

test('a client may name no server', async () => {
  expect(readOpening(await helloFor(undefined))).toEqual({ kind: 'tls', serverName: undefined });
});

test('a message in pieces and in several records is read once it is whole', async () => {
  const hello = await helloFor('a.example');
  const contents = [...hello.subarray(5)];
  const records = Buffer.from(contents.flatMap((byte) => [22, 3, 1, 0, 1, byte]));
  expect(readOpening(records)).toEqual({ kind: 'tls', serverName: 'a.example' });
  for (let length = 0; length < hello.length; length += 1) {
    expect(readOpening(hello.subarray(0, length))).toEqual({ kind: 'incomplete' });
  }
});

test('a message that comes byte by byte is read as if it came at once', async () => {
  const hello = await helloFor('a.example');
  const records = Buffer.from([...hello.subarray(5)].flatMap((byte) => [22, 3, 1, 0, 1, byte]));
  for (const bytes of [hello, records]) {
    const reader = new OpeningReader();
    const said = [...bytes].map((byte) => reader.add(Buffer.from([byte])));
    expect(said).toEqual([
      ...Array.from({ length: bytes.length - 1 }, () => ({ kind: 'incomplete' })),
      { kind: 'tls', serverName: 'a.example' },
    ]);
  }
});

test('what never comes to an end is given up at the limit, whatever it is cut into', () => {
  const record = Buffer.from([22, 3, 1, 0, 1, 1]);
  const hello = Buffer.concat([
    Buffer.from([22, 3, 1, 0, 4, 1, 0, 120, 0]),
    ...Array.from({ length: 5500 }, () => record),
  ]);
  for (const size of [1, 7, hello.length]) {
    const reader = new OpeningReader();
    let seen = 0;
    let opening: Opening = { kind: 'incomplete' };
    while (opening.kind === 'incomplete') {
      opening = reader.add(hello.subarray(seen, seen + size));
      seen += size;
    }
    expect([opening.kind, seen - (seen % size)]).toEqual([
      'malformed',
      Math.ceil((MAX_CLIENT_HELLO_BYTES + 1) / size) * size,
    ]);
  }
});

test('other protocols are told from it', () => {
  expect(readOpening(Buffer.from('GET / HTTP/1.1'))).toEqual({ kind: 'other' });
  expect(readOpening(Buffer.from('SSH-2.0-x'))).toEqual({ kind: 'other' });
});

test.each([
  ['a change of ciphers', [20, 3, 3, 0, 1, 1]],
  ['a warning', [21, 3, 1, 0, 2, 1, 90]],
  ['a warning of a version that some servers take as well', [21, 0, 0, 0, 2, 1, 90]],
  ['data', [23, 3, 3, 0, 1, 0]],
  ['a heartbeat', [24, 3, 3, 0, 3, 1, 0, 0]],
  ['a request for a hello', [22, 3, 3, 0, 4, 0, 0, 0, 0]],
])('%s ahead of the hello is malformed, for some servers read over it', async (_, record) => {
  const bytes = Buffer.concat([Buffer.from(record), await helloFor('b.example')]);
  expect(readOpening(bytes)).toEqual({ kind: 'malformed' });
});

test('a warning between two parts of the hello is malformed', async () => {
  const hello = await helloFor('b.example');
  const part = (bytes: Buffer): Buffer => Buffer.concat([Buffer.from([22, 3, 1, 0, bytes.length]), bytes]);
  const bytes = [
    part(hello.subarray(5, 15)),
    Buffer.from([21, 3, 1, 0, 2, 1, 90]),
    part(hello.subarray(15, 25)),
  ];
  expect(readOpening(Buffer.concat(bytes))).toEqual({ kind: 'malformed' });
});

test('a hello that names two servers is malformed', () => {
  const named = (name: string): number[] => {
    const list = [0, 0, name.length, ...Buffer.from(name)];
    return [0, 0, 0, list.length + 2, 0, list.length, ...list];
  };
  const helloNaming = (...names: readonly string[]): Buffer => {
    const extensions = names.flatMap(named);
    const body = [
      3,
      3,
      ...Array.from({ length: 32 }, () => 7),
      0,
      0,
      2,
      19,
      1,
      1,
      0,
      0,
      extensions.length,
      ...extensions,
    ];
    return Buffer.from([22, 3, 1, 0, body.length + 4, 1, 0, 0, body.length, ...body]);
  };
  expect([helloNaming('a.example'), helloNaming('a.example', 'b.example')].map(readOpening)).toEqual([
    { kind: 'tls', serverName: 'a.example' },
    { kind: 'malformed' },
  ]);
});

test('what claims to be TLS and is not is malformed', async () => {
  const hello = await helloFor('a.example');
  const wrongType = Buffer.from(hello);
  wrongType[5] = 2;
  const wrongLength = Buffer.from(hello);
  wrongLength[43] = 255;
  const endless = Buffer.concat(Array.from({ length: MAX_CLIENT_HELLO_BYTES }, () => Buffer.from([22, 3])));
  const tooLong = Buffer.from([22, 3, 1, 0, 4, 1, 255, 255, 255]);
  const empty = Buffer.from([22, 3, 1, 0, 0]);
  expect([wrongType, wrongLength, endless, tooLong, empty].map((bytes) => readOpening(bytes).kind)).toEqual(
    Array.from({ length: 5 }, () => 'malformed'),
  );
});

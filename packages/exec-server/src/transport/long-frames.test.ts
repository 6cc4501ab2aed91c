import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { MAX_MESSAGE_BYTES } from '@holdfast/exec-protocol';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { type Listener, listen } from './listen.js';

let listener: Listener;
/** Of the messages that have come. */
let lengths: number[];
let onMessage: () => void;

beforeEach(async () => {
  lengths = [];
  listener = await listen(
    { kind: 'tcp', host: '127.0.0.1', port: 0 },
    { token: null, allowedHosts: null },
    {
      accept: (transport) => {
        transport.start({
          onMessage: (message) => {
            lengths.push(message.length);
            onMessage();
          },
          onDrain: () => undefined,
          onClose: () => undefined,
        });
      },
      onFull: () => undefined,
    },
  );
});

afterEach(() => listener.close());

function oneMessage(): Promise<void> {
  return new Promise((resolve) => {
    onMessage = resolve;
  });
}

/** A socket that has become a WebSocket. */
async function upgraded(): Promise<Socket> {
  const socket = connect(Number(new URL(listener.url).port), '127.0.0.1').setNoDelay(true);
  const key = Buffer.alloc(16).toString('base64');
  const head = ['GET / HTTP/1.1', 'Host: 127.0.0.1', 'Upgrade: websocket', 'Connection: Upgrade'];
  socket.write(`${[...head, `Sec-WebSocket-Key: ${key}`, 'Sec-WebSocket-Version: 13'].join('\r\n')}\r\n\r\n`);
  await once(socket, 'data');
  return socket;
}

/** The beginning of a text frame with so many bytes, masked by nothing. */
function frameHead(length: number): Buffer {
  const head = Buffer.from([0x81, 0xff, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
  head.writeBigUInt64BE(BigInt(length), 2);
  return head;
}

test('the largest message comes whole', async () => {
  const client = new WebSocket(listener.url);
  await once(client, 'open');
  const came = oneMessage();
  client.send('x'.repeat(MAX_MESSAGE_BYTES));
  await came;
  client.terminate();
  expect(lengths).toEqual([MAX_MESSAGE_BYTES]);
});

test.each([1, 1448])('a long frame that comes in pieces of %i bytes is put together', async (size) => {
  const length = 40_000 * size;
  const socket = await upgraded();
  const answers: Buffer[] = [];
  socket.on('data', (bytes: Buffer) => answers.push(bytes));
  const came = Promise.race([oneMessage(), once(socket, 'data')]);
  socket.write(frameHead(length));
  const piece = Buffer.alloc(size, ' ');
  // The server reads what has come in each turn of the event loop that it shares with this test.
  for (let sent = 0; sent < length; sent += size) {
    await nextTurn();
    socket.write(piece);
  }
  await came;
  socket.destroy();
  expect([lengths, answers]).toEqual([[length], []]);
});

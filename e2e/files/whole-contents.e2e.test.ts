import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, request, type Server } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { within } from '../deadline.js';
import { FrameReader } from '../frame-reader.js';
import { CARRIERS, startServer, startWorld } from '../harness.js';

const MIB = 1024 * 1024;

/** Largest frame that a client of the reference takes. */
const REFERENCE_FRAME_BYTES = 16 * MIB;

const CONTENT = randomBytes(9 * MIB + 1);

let folder = '';
let web: Server;
const uriOf = (name: string): string => pathToFileURL(join(folder, name)).href;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'holdfast-whole-'));
  writeFileSync(join(folder, 'large'), CONTENT);
  web = createServer((_request, response) => response.end(CONTENT));
  await new Promise<void>((resolve) => web.listen(0, '127.0.0.1', resolve));
});

afterAll(() => {
  web.close();
  rmSync(folder, { recursive: true });
});

const webUrl = (): string => `http://127.0.0.1:${String((web.address() as AddressInfo).port)}/`;

test.each(CARRIERS)('files and HTTP bodies of many MiB are answered whole over %s', async (carrier) => {
  await using world = await startWorld(carrier);
  await using client = await world.connect();
  await client.initialize({});
  const dataBase64 = CONTENT.toString('base64');
  const file = client.request('fs/readFile', { path: uriOf('large') });
  const body = client.request('http/request', { requestId: 'r', method: 'GET', url: webUrl() });
  const meanwhile = client.request('environment/status', {});
  expect((await file).result).toEqual({ dataBase64 });
  expect((await body).result).toMatchObject({ status: 200, bodyBase64: dataBase64 });
  expect(await meanwhile).toEqual({ result: { status: 'ready' } });
});

describe('over WebSocket', () => {
  test('what is longer than a frame of the reference leaves in several', async () => {
    const file = join(folder, 'longer');
    writeFileSync(file, Buffer.alloc(REFERENCE_FRAME_BYTES, 'x'));
    await using server = await startServer();
    const socket = await upgraded(server.url);
    sendText(socket, { id: 1, method: 'initialize', params: { clientName: 'frames' } });
    sendText(socket, { method: 'initialized', params: {} });
    sendText(socket, { id: 2, method: 'fs/readFile', params: { path: uriOf('longer') } });
    const frames = await within('the frames of a file', framesUntil(socket, '"}}'));
    socket.destroy();
    expect(Math.max(...frames)).toBeLessThanOrEqual(MIB);
    expect(frames.reduce((sum, bytes) => sum + bytes, 0)).toBeGreaterThan(REFERENCE_FRAME_BYTES);
  });
});

async function upgraded(url: string): Promise<Socket> {
  const headers = {
    connection: 'Upgrade',
    upgrade: 'websocket',
    'sec-websocket-version': '13',
    'sec-websocket-key': Buffer.alloc(16).toString('base64'),
  };
  const call = request(url.replace('ws:', 'http:'), { headers }).end();
  return await new Promise((resolve, reject) => {
    call.on('error', reject).on('upgrade', (_response, socket) => {
      resolve(socket);
    });
  });
}

/** A text frame of at most 64 KiB, masked with zeros. */
function sendText(socket: Socket, message: object): void {
  const payload = Buffer.from(JSON.stringify(message));
  const head = Buffer.from([0x81, 0xfe, 0, 0, 0, 0, 0, 0]);
  head.writeUInt16BE(payload.length, 2);
  socket.write(Buffer.concat([head, payload]));
}

/** The payload lengths of what a server sends, up to the last frame of a message of many that ends so. */
async function framesUntil(socket: Socket, end: string): Promise<readonly number[]> {
  const reader = new FrameReader(true);
  const lengths: number[] = [];
  for await (const piece of socket) {
    for (const { raw, payloadBytes } of reader.push(piece as Buffer)) {
      lengths.push(payloadBytes);
      if (raw[0] === LAST_OF_MANY && raw.subarray(-payloadBytes).toString() === end) return lengths;
    }
  }
  throw new Error('the connection ended before the message');
}

/** How the last frame of a message begins that is not its first. */
const LAST_OF_MANY = 0x80;

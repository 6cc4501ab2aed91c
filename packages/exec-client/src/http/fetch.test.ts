import { httpRequest, MAX_CLIENT_REQUESTS_IN_FLIGHT } from '@holdfast/exec-protocol';
import { expect, test } from 'vitest';
import type { Link } from '../connection/link.js';
import { FakeServer } from '../testing/fake-server.js';
import { settle, until } from '../testing/until.js';
import { ResponseBody } from './response-body.js';

const HEAD = { status: 200, headers: [], bodyBase64: new Uint8Array(0) };
const URL = 'http://somewhere.example/';

/** A server whose responses have begun, and what it was asked last. */
function serverWithHead(): { readonly server: FakeServer; readonly requestId: () => string } {
  const server = new FakeServer();
  let last = '';
  server.on(httpRequest, ({ requestId }) => {
    last = requestId;
    return HEAD;
  });
  return { server, requestId: () => last };
}

function delta(requestId: string, seq: number, text: string, done = false): string {
  const deltaBase64 = Buffer.from(text).toString('base64');
  return JSON.stringify({
    method: 'http/request/bodyDelta',
    params: { requestId, seq, deltaBase64, done, error: null },
  });
}

async function kindOf(work: Promise<unknown> | undefined): Promise<unknown> {
  return await work?.then(
    () => 'no failure',
    (error: unknown) => (error as { readonly kind?: string }).kind,
  );
}

test('a body that was coming when the link was lost says so, with what had come', async () => {
  const { server, requestId } = serverWithHead();
  await using client = await server.connect();
  const reader = (await client.fetch(URL)).body?.getReader();
  server.send(delta(requestId(), 1, 'begun'));
  expect(Buffer.from((await reader?.read())?.value ?? []).toString()).toBe('begun');
  server.cut();
  expect(await kindOf(reader?.read())).toBe('connectionLost');
});

test('a request without an answer when the link was lost is not sent again', async () => {
  const server = new FakeServer();
  server.on(httpRequest, () => new Promise(() => undefined));
  await using client = await server.connect();
  const failed = kindOf(client.fetch(URL, { method: 'POST', body: 'once' }));
  await until(() => server.paramsOf('http/request').length === 1);
  server.cut();
  expect(await failed).toBe('outcomeUnknown');
  await until(() => client.state === 'ready');
  expect(server.paramsOf('http/request')).toHaveLength(1);
});

test('a request that was not sent when the link was lost is sent afterwards, and its body comes', async () => {
  const server = new FakeServer();
  server.on(httpRequest, () => new Promise(() => undefined));
  await using client = await server.connect();
  const before = Array.from({ length: MAX_CLIENT_REQUESTS_IN_FLIGHT / 2 }, () => kindOf(client.fetch(URL)));
  await until(() => server.paramsOf('http/request').length === before.length);
  const late = client.fetch(URL);
  await settle();
  server.on(httpRequest, ({ requestId }) => {
    server.send(delta(requestId, 1, 'whole', true));
    return HEAD;
  });
  server.cut();
  expect(new Set(await Promise.all(before))).toEqual(new Set(['outcomeUnknown']));
  expect(await (await late).text()).toBe('whole');
});

test('pieces that come before the head are not lost', async () => {
  const server = new FakeServer();
  server.on(httpRequest, async ({ requestId }) => {
    server.send(delta(requestId, 1, 'early, '));
    server.send(delta(requestId, 2, 'whole', true));
    await settle();
    return HEAD;
  });
  await using client = await server.connect();
  expect(await (await client.fetch(URL)).text()).toBe('early, whole');
});

test('a missing piece fails the body', async () => {
  const { server, requestId } = serverWithHead();
  await using client = await server.connect();
  const response = await client.fetch(URL);
  server.send(delta(requestId(), 2, 'second'));
  expect(await kindOf(response.text())).toBe('connectionLost');
});

test('a body that is not read fails at the limit, and no earlier', async () => {
  const link = { attachBody: () => () => undefined } as unknown as Link;
  const piece = (seq: number): Parameters<ResponseBody['onDelta']>[0] => ({
    requestId: 'r',
    seq,
    deltaBase64: new Uint8Array(4),
    done: false,
  });
  const full = new ResponseBody(link, 'r', new AbortController().signal, 8);
  full.onDelta(piece(1));
  full.onDelta(piece(2));
  full.onDelta({ ...piece(3), deltaBase64: new Uint8Array(0), done: true });
  expect((await new Response(full.stream).arrayBuffer()).byteLength).toBe(8);
  const over = new ResponseBody(link, 'r', new AbortController().signal, 8);
  for (const seq of [1, 2, 3]) over.onDelta(piece(seq));
  expect(await kindOf(new Response(over.stream).arrayBuffer())).toBe('outputTooLarge');
});

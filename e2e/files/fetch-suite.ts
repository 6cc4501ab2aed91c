import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import type { Client } from '@holdfast/exec-client';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { within } from '../deadline.js';
import { disposeAll } from '../harness.js';
import { kindOf, pattern } from './file-suite.js';

/** A client and whatever it hangs on. */
export interface FetchWorld extends AsyncDisposable {
  readonly client: Client;
}

const NOTHING = new Uint8Array(0);
const LARGE = pattern(3_000_001);

/** What the servers of this suite have in their environment. */
export const FETCH_ENV = { SOME_VALUE: 'from the executor', AWS_SECRET_ACCESS_KEY: 'secret' };

const PAGES: Readonly<Record<string, (request: IncomingMessage, response: ServerResponse) => void>> = {
  '/echo': (request, response) => {
    void buffer(request).then((body) => {
      const { method, headers } = request;
      const told = {
        method,
        given: headers['x-given'],
        type: headers['content-type'],
        body: body.toString(),
      };
      response.setHeader('Set-Cookie', ['a=1', 'b=2']).end(JSON.stringify(told));
    });
  },
  '/large': (_request, response) => response.end(LARGE),
  '/none': (_request, response) => response.writeHead(204).end(),
  '/missing': (_request, response) => response.writeHead(404, { 'x-why': 'gone' }).end('not here'),
  '/moved': (_request, response) => response.writeHead(302, { location: '/echo' }).end(),
  '/broken': (_request, response) => {
    response.writeHead(200, { 'content-length': '10' });
    response.write('12345', () => response.destroy());
  },
  '/slow': (_request, response) => void response.write('first'),
  '/silent': () => undefined,
};

/** What `client.fetch` promises, towards whatever server. */
export function describeFetch(name: string, start: () => Promise<FetchWorld>): void {
  describe(`fetch through ${name}`, () => {
    let world: FetchWorld;
    let client: Client;
    let site: Server;
    let origin = '';

    beforeAll(async () => {
      site = createServer((request, response) => {
        PAGES[request.url ?? '']?.(request, response);
      }).listen(0, '127.0.0.1');
      await once(site, 'listening');
      origin = `http://127.0.0.1:${String((site.address() as AddressInfo).port)}`;
      world = await start();
      client = world.client;
    });

    afterAll(async () => {
      site.closeAllConnections();
      site.close();
      await disposeAll(world);
    });

    test('gives a standard response', async () => {
      const response = await client.fetch(`${origin}/echo`, {
        method: 'POST',
        headers: { 'X-Given': 'here', 'Content-Type': 'text/plain' },
        body: 'grüße',
      });
      expect([response.status, response.ok, response.headers.getSetCookie()]).toEqual([
        200,
        true,
        ['a=1', 'b=2'],
      ]);
      expect(await response.json()).toEqual({
        method: 'POST',
        given: 'here',
        type: 'text/plain',
        body: 'grüße',
      });
    });

    test('has statuses, empty bodies and redirects as the standard does', async () => {
      const missing = await client.fetch(new Request(`${origin}/missing`));
      expect([missing.status, missing.headers.get('x-why'), await missing.text()]).toEqual([
        404,
        'gone',
        'not here',
      ]);
      const none = await client.fetch(`${origin}/none`);
      expect([none.status, none.body]).toEqual([204, null]);
      expect(await (await client.fetch(`${origin}/moved`)).json()).toMatchObject({ method: 'GET' });
      const stopped = await client.fetch(`${origin}/moved`, { redirect: 'manual' });
      expect([stopped.status, stopped.headers.get('location')]).toEqual([302, '/echo']);
      expect(await kindOf(client.fetch(`${origin}/moved`, { redirect: 'error' }))).toBe('httpFailed');
    });

    test('streams a body piece by piece', async () => {
      const response = await client.fetch(`${origin}/large`);
      const pieces: Uint8Array[] = [];
      for await (const piece of response.body as AsyncIterable<Uint8Array>) pieces.push(piece);
      expect(Buffer.concat(pieces).equals(LARGE)).toBe(true);
      const slow = await client.fetch(`${origin}/slow`);
      const reader = slow.body?.getReader();
      const piece: Promise<{ readonly value?: Uint8Array | undefined }> =
        reader?.read() ?? Promise.reject(new Error('no body'));
      const { value } = await within('the first piece', piece);
      expect(Buffer.from(value ?? NOTHING).toString()).toBe('first');
      await reader?.cancel();
    });

    test('fails by name where there is no response, and where it breaks off', async () => {
      expect(await kindOf(client.fetch('http://127.0.0.1:1/'))).toBe('httpFailed');
      expect(await kindOf(client.fetch('ftp://127.0.0.1/'))).toBe('invalidParams');
      const broken = await client.fetch(`${origin}/broken`);
      expect(await kindOf(broken.text())).toBe('httpFailed');
      expect(await kindOf(client.fetch(`${origin}/silent`, { timeoutMs: 300 }))).toBe('httpFailed');
    });

    test('is given up with its signal, before the head and after it', async () => {
      const stop = new AbortController();
      const slow = await client.fetch(`${origin}/slow`, { signal: stop.signal });
      const reading = slow.text();
      stop.abort(new Error('enough'));
      await expect(reading).rejects.toThrow('enough');
      const later = new AbortController();
      const waiting = client.fetch(`${origin}/slow`, { signal: later.signal });
      later.abort(new Error('no more'));
      await expect(waiting).rejects.toThrow('no more');
      expect(await (await client.fetch(`${origin}/missing`)).text()).toBe('not here');
    });

    test('takes header values from the executor, but no credentials', async () => {
      const headersFromEnv = { 'X-Given': { prefix: 'It is ', variable: 'SOME_VALUE' } };
      const response = await client.fetch(`${origin}/echo`, { headersFromEnv });
      expect(await response.json()).toMatchObject({ given: 'It is from the executor' });
      for (const variable of ['AWS_SECRET_ACCESS_KEY', 'NOT_THERE']) {
        const secret = { 'X-Given': { variable } };
        expect(await kindOf(client.fetch(`${origin}/echo`, { headersFromEnv: secret }))).toBe(
          'invalidParams',
        );
      }
    });
  });
}

import { area, type ConformanceCase, refused, resultOf } from '../../case.js';
import { holds, same } from '../../expect.js';
import { type Delta, largeBody, needsWebServer, response, WebServer } from '../../web-server.js';
import { decoded } from '../../wire/events.js';

const { in: on } = area('http-stream', 'http/request/bodyDelta', needsWebServer);

const HEAD = 'HTTP/1.1 200 OK\r\nX-A: 1\r\nConnection: close\r\n\r\n';
const MAX_DELTA = 1_048_576;
const streamResponse = true;

export const STREAM_CASES: readonly ConformanceCase[] = [
  on('pieces', 'the answer has no body, and the pieces follow with numbers from 1', async (session) => {
    const web = await WebServer.start(session);
    const { status, bodyBase64 } = resultOf(await web.ask(web.url(response('whole')), { streamResponse }));
    same('status and body', [status, bodyBase64], [200, '']);
    same('the pieces', whole(await web.deltas()), 'whole');
  }),
  on('early', 'a piece is sent when it has come, not at the end', async (session) => {
    const web = await WebServer.start(session);
    resultOf(await web.ask(web.url(HEAD, 'first', '.gate', 'second'), { streamResponse }));
    const first = await web.delta();
    same('the first piece', [first.seq, decoded(first.deltaBase64), first.done], [1, 'first', false]);
    await web.open();
    const rest = await web.deltas();
    same('all pieces', whole([first, ...rest]), 'firstsecond');
  }),
  on('head', 'the answer comes when the headers have come', async (session) => {
    const web = await WebServer.start(session);
    resultOf(await web.ask(web.url(HEAD, '.gate', 'body'), { streamResponse }));
    await web.open();
    same('the pieces', whole(await web.deltas()), 'body');
  }),
  on('empty', 'an empty body is one last piece', async (session) => {
    const web = await WebServer.start(session);
    resultOf(await web.ask(web.url(response('')), { streamResponse }));
    const [last, ...others] = await web.deltas();
    same(
      'the piece',
      { ...last, error: last?.error ?? null },
      {
        requestId: 'r',
        seq: 1,
        deltaBase64: '',
        done: true,
        error: null,
      },
    );
    same('what else', others, []);
  }),
  on('large', '4 MB come whole and in order, in pieces of at most 1 MiB', async (session) => {
    const web = await WebServer.start(session);
    resultOf(await web.ask(web.url(HEAD, '.large'), { streamResponse }));
    const deltas = await web.deltas();
    same('whether it is whole', whole(deltas) === largeBody(), true);
    const largest = Math.max(...deltas.map(({ deltaBase64 }) => decoded(deltaBase64).length));
    holds(largest <= MAX_DELTA, 'expected pieces of at most 1 MiB', largest);
  }),
  on('reset', 'a body that is cut off ends with an error', async (session) => {
    const web = await WebServer.start(session);
    const url = web.url('HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n', 'part', '.gate', '.reset');
    resultOf(await web.ask(url, { streamResponse }));
    const first = await web.delta();
    await web.open();
    ends(await web.deltas());
    same('the first piece', decoded(first.deltaBase64), 'part');
  }),
  on('times-out', 'a body that does not come in time ends with an error', async (session) => {
    const web = await WebServer.start(session);
    resultOf(await web.ask(web.url(HEAD, 'part', '.hold'), { streamResponse, timeoutMs: 1000 }));
    ends(await web.deltas());
  }),
  on(
    'in-use',
    'an id whose body still comes: refused with -32602, and free again behind it',
    async (session) => {
      const web = await WebServer.start(session);
      resultOf(await web.ask(web.url(HEAD, 'part', '.gate'), { streamResponse }));
      await web.delta();
      refused(await web.ask(web.url(response('')), { streamResponse }), -32602);
      await web.open();
      await web.deltas();
      resultOf(await web.ask(web.url(response('again')), { streamResponse }));
      same('the pieces', whole(await web.deltas()), 'again');
    },
  ),
  on('two', 'two bodies come side by side', async (session) => {
    const web = await WebServer.start(session);
    resultOf(await web.ask(web.url(HEAD, 'one', '.gate', '1'), { requestId: 'a', streamResponse }));
    resultOf(await web.ask(web.url(response('other')), { requestId: 'b', streamResponse }));
    same('the second', whole(await web.deltas('b')), 'other');
    await web.open();
    same('the first', whole(await web.deltas('a')), 'one1');
  }),
  on('beside', 'other requests are answered while a body comes', async (session) => {
    const web = await WebServer.start(session);
    resultOf(await web.ask(web.url(HEAD, 'part', '.gate'), { streamResponse }));
    same('environment/status', await session.request('environment/status'), { result: { status: 'ready' } });
    await web.open();
    same('the pieces', whole(await web.deltas()), 'part');
  }),
  on('not-sent', 'a request that fails is answered, and no piece follows', async (session) => {
    const web = await WebServer.start(session);
    refused(await web.ask(web.url('.reset'), { streamResponse }), -32603);
    resultOf(await web.ask(web.url(response('next')), { streamResponse }));
    same('the pieces', whole(await web.deltas()), 'next');
  }),
];

/** The body that pieces make; they must be numbered from 1 and only the last may say so. */
function whole(deltas: readonly Delta[]): string {
  same(
    'seq, done and error of the pieces',
    deltas.map(({ seq, done, error }) => [seq, done, error ?? null]),
    deltas.map((_, at) => [at + 1, at === deltas.length - 1, null]),
  );
  return deltas.map(({ deltaBase64 }) => decoded(deltaBase64)).join('');
}

function ends(deltas: readonly Delta[]): void {
  const last = deltas.at(-1);
  same('whether the last piece says that it is the last', last?.done, true);
  same('the type of its error', typeof last?.error, 'string');
}

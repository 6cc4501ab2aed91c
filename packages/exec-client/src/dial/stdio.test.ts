import { execPath } from 'node:process';
import type { Transport, TransportClosed } from '@holdfast/exec-protocol';
import { expect, test } from 'vitest';
import { createDeferred } from '../deferred.js';
import { until } from '../testing/until.js';
import { dial } from './dial.js';
import type { DialOptions } from './dial-options.js';
import { parseTarget } from './target.js';

const OPTIONS: DialOptions = { token: undefined, headers: {}, signal: new AbortController().signal };

function dialScript(script: string, env: Readonly<Record<string, string>> = {}): Promise<Transport> {
  return dial(parseTarget({ command: [execPath, '-e', script], env, cwd: '/' }), OPTIONS);
}

interface Heard {
  readonly messages: (string | Uint8Array)[];
  readonly closed: Promise<TransportClosed>;
}

function hear(transport: Transport): Heard {
  const messages: (string | Uint8Array)[] = [];
  const closed = createDeferred<TransportClosed>();
  transport.start({
    onMessage: (message) => messages.push(message),
    onDrain: () => undefined,
    onClose: (reason) => {
      closed.resolve(reason);
    },
  });
  return { messages, closed: closed.promise };
}

const ECHO = 'process.stdin.pipe(process.stdout)';

test('messages pass as lines, and the end of input ends the server', async () => {
  const transport = await dialScript(ECHO);
  const heard = hear(transport);
  transport.send('{"a":1}');
  transport.send('é');
  transport.close('normal', '');
  expect(await heard.closed).toEqual({ code: 1006, reason: 'the server exited with code 0' });
  expect(heard.messages).toEqual(['{"a":1}', 'é']);
});

test('the server gets the folder and the variables that were asked for', async () => {
  const transport = await dialScript('console.log(process.cwd() + process.env.BOX)', { BOX: '7' });
  const heard = hear(transport);
  await heard.closed;
  expect(heard.messages).toEqual(['/7']);
});

test('a server that ends says how', async () => {
  const transport = await dialScript('process.exit(3)');
  expect(await hear(transport).closed).toEqual({ code: 1006, reason: 'the server exited with code 3' });
});

test('a server that writes what is no text is killed', async () => {
  const transport = await dialScript(
    'process.stdout.write(Buffer.from([0xff, 0x0a])); setInterval(() => 0, 1000)',
  );
  expect(await hear(transport).closed).toEqual({
    code: 1002,
    reason: 'a line is not valid UTF-8; send JSON text in UTF-8',
  });
});

test('a destroyed server is gone at once', async () => {
  const transport = await dialScript('setInterval(() => 0, 1000)');
  const heard = hear(transport);
  transport.destroy();
  expect(await heard.closed).toEqual({ code: 1006, reason: 'the server was killed' });
});

test('a pause holds messages back', async () => {
  const transport = await dialScript(ECHO);
  const heard = hear(transport);
  transport.send('a');
  await until(() => heard.messages.length === 1);
  transport.pause();
  transport.send('b');
  transport.resume();
  await until(() => heard.messages.length === 2);
  transport.destroy();
  await heard.closed;
});

test('a program that does not exist is a failed connect', async () => {
  await expect(dial(parseTarget('stdio:no-such-program'), OPTIONS)).rejects.toMatchObject({
    kind: 'connectFailed',
    message:
      'cannot connect to stdio:no-such-program: it does not exist; start a server there, or check the path (ENOENT)',
  });
});

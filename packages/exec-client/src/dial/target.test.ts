import { expect, test } from 'vitest';
import { parseTarget } from './target.js';

test.each([
  [
    'ws://127.0.0.1:7777/?token=secret',
    { kind: 'websocket', label: 'ws://127.0.0.1:7777/', url: 'ws://127.0.0.1:7777/?token=secret' },
  ],
  ['wss://box/exec', { kind: 'websocket', label: 'wss://box/exec', url: 'wss://box/exec' }],
  ['unix:/run/a b.sock', { kind: 'unix', label: 'unix:/run/a b.sock', path: '/run/a b.sock' }],
  ['unix:///run/a.sock', { kind: 'unix', label: 'unix:/run/a.sock', path: '/run/a.sock' }],
  ['stdio:ssh  box holdfast', { kind: 'stdio', label: 'stdio:ssh', command: ['ssh', 'box', 'holdfast'] }],
  [
    { command: ['my server', '--x'], cwd: '/srv' },
    { kind: 'stdio', label: 'stdio:my server', command: ['my server', '--x'], cwd: '/srv' },
  ],
])('%j is understood', (target, expected) => {
  expect(parseTarget(target)).toEqual(expected);
});

test.each(['', 'box:7777', 'http://box/', 'unix:', 'stdio:', 'stdio:  ', { command: [] }])(
  '%j is refused before anything is opened',
  (target) => {
    expect(() => parseTarget(target)).toThrow(expect.objectContaining({ kind: 'connectFailed' }));
  },
);

test.each([
  [undefined, /^the target of connect is undefined; give what holdfast serve prints/],
  [null, /^the target of connect is null;/],
  [7777, /^the target of connect is 7777;/],
  [['ssh', 'box'], /^the target of connect is an array;/],
  [new URL('ws://box/'), /^the target of connect is an object without command;/],
  [{ command: 'ssh box' }, /^command is no array of strings; give the program and its arguments$/],
  [{ command: ['ssh', 7] }, /^command is no array of strings;/],
  [{ command: ['ssh'], cwd: 7 }, /^cwd is 7; give a path/],
  [{ command: ['ssh'], env: { A: 1 } }, /^env is no object of names and strings;/],
])('code without types is told what is wrong with %j', (target, message) => {
  expect(() => parseTarget(target as unknown as string)).toThrow(
    expect.objectContaining({ kind: 'connectFailed', message: expect.stringMatching(message) as string }),
  );
});

test('a refusal does not repeat the token', () => {
  expect(() => parseTarget('http://box/?token=secret')).toThrow(/^"http:\/\/box\/" is no address/);
});

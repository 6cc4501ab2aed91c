import { expect, test } from 'vitest';
import { ERROR_KINDS, type ErrorKind, ExecError, fromWireError, toWireError } from './errors.js';

test('every kind survives the wire with its code and message', () => {
  for (const kind of Object.keys(ERROR_KINDS) as ErrorKind[]) {
    const { message, code, kind: back } = fromWireError(toWireError(new ExecError(kind, 'what happened')));
    expect({ message, code, kind: back }).toEqual({
      message: 'what happened',
      code: ERROR_KINDS[kind].code,
      kind,
    });
  }
});

test('an unknown error leaves as a generic text, without its own', () => {
  expect(toWireError(new Error('password is hunter2'))).toEqual({
    code: -32603,
    message: 'internal error; the log of the peer has the cause',
    data: { kind: 'internal' },
  });
});

test('of a message that repeats something long its beginning and its end leave, in whole characters', () => {
  const told = (named: string): string =>
    toWireError(new ExecError('invalidParams', `path: ${named} is none; send another one`)).message;
  const paths = '/name'.repeat(1900);
  expect(told(paths)).toBe(`path: ${paths} is none; send another one`);
  expect(told(`x${'😀'.repeat(2 ** 20)}x`)).toBe(
    `path: x${'😀'.repeat(2495)} […] ${'😀'.repeat(2485)}x is none; send another one`,
  );
});

test('a peer without kinds is understood by its codes', () => {
  const kinds = [-32010, -32601, -32602, -32600, -32603, -1].map(
    (code) => fromWireError({ code, message: '' }).kind,
  );
  expect(kinds).toEqual([
    'sessionBusy',
    'methodUnknown',
    'invalidParams',
    'protocolState',
    'internal',
    'internal',
  ]);
});

test('kinds that a peer invents, or inherits, are not taken for ours', () => {
  expect(fromWireError({ code: -32602, message: '', data: { kind: 'toString' } }).kind).toBe('invalidParams');
});

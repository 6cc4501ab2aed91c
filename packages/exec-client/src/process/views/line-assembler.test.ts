import { ExecError } from '@holdfast/exec-protocol';
import { expect, test } from 'vitest';
import { LineAssembler } from './line-assembler.js';

const encoder = new TextEncoder();

test.each([
  ['whole lines', ['a\nb\n'], ['a', 'b']],
  ['a line in pieces', ['a', 'b', 'c\nd', '\n'], ['abc', 'd']],
  ['a last line without an end', ['a\nb'], ['a', 'b']],
  ['empty lines', ['\n\na\n'], ['', '', 'a']],
  ['nothing', [''], []],
  ['carriage returns before the end', ['a\r\nb\r', '\nc\rd\r\n'], ['a', 'b', 'c\rd']],
  ['a byte order mark', ['\uFEFFa\n'], ['\uFEFFa']],
])('%s', (_name, pieces, expected) => {
  const assembler = new LineAssembler();
  const lines = pieces.flatMap((piece) => assembler.push(encoder.encode(piece)));
  const last = assembler.end();
  expect(last === undefined ? lines : [...lines, last]).toEqual(expected);
});

test('a character that is cut anywhere comes out whole', () => {
  const bytes = encoder.encode('é€😀\n');
  for (let cut = 0; cut <= bytes.length; cut += 1) {
    const assembler = new LineAssembler();
    expect([...assembler.push(bytes.subarray(0, cut)), ...assembler.push(bytes.subarray(cut))]).toEqual([
      'é€😀',
    ]);
  }
});

test('a line at the limit passes, a longer one fails with outputTooLarge', () => {
  const assembler = new LineAssembler(4);
  expect(assembler.push(encoder.encode('abcd\n'))).toEqual(['abcd']);
  assembler.push(encoder.encode('abc'));
  expect(() => assembler.push(encoder.encode('de'))).toThrow(
    new ExecError(
      'outputTooLarge',
      'a line is longer than 4 characters; read bytes with events() or stdout instead',
    ),
  );
});

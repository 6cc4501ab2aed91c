import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { readable } from './logger.js';

const NAMES = [
  'a\u009b31m',
  'd\u0085e',
  '\u007f',
  '\u2028\u2029',
  '\u202etxt.evil',
  '\u2066\u200f',
  '\u00ad\u200b\ufeff\u{e0041}',
  'é 😀 日本\n',
];

test('a line says the same, and holds nothing that steers a terminal', () => {
  const line = `${JSON.stringify({ names: NAMES })}\n`;
  const told = readable(line);
  expect(told).toBe(
    '{"names":["a\\u009b31m","d\\u0085e","\\u007f","\\u2028\\u2029","\\u202etxt.evil","\\u2066\\u200f","\\u00ad\\u200b\\ufeff\\udb40\\udc41","é 😀 日本\\n"]}\n',
  );
  expect(JSON.parse(told)).toEqual({ names: NAMES });
});

test('so is every line that is logged', async () => {
  const source = new URL('./logger.ts', import.meta.url).href;
  const script = `const { createLogger } = await import(${JSON.stringify(source)}); createLogger('warn').warn({ host: 'a\\u009b31m' }, 'b\\u202ec');`;
  const args = ['--input-type=module', '--conditions=source', '--import', 'tsx', '--eval', script];
  const { stderr } = await promisify(execFile)(process.execPath, args, { timeout: 60_000 });
  expect(stderr).toContain('"host":"a\\u009b31m","msg":"b\\u202ec"}\n');
});

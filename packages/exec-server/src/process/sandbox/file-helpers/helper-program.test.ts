import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { callOf, readHelperProgram } from './helper-program.js';

let place = '';

beforeEach(() => {
  place = mkdtempSync(path.join(tmpdir(), 'holdfast-program-'));
});

afterEach(() => {
  rmSync(place, { recursive: true, force: true });
});

test('a program runs as it was when it was read, and finds what follows it on its input', () => {
  const file = path.join(place, 'program.cjs');
  // Larger than what a pipe holds, with signs of several bytes, and without an end of its last line.
  const ballast = `// ${'é'.repeat(100_000)}\n`;
  const says = (word: string): string =>
    `${ballast}process.stdin.on('data', (more) => process.stdout.write('${word} ' + more + require('node:path').sep)) // end`;
  writeFileSync(file, says('true'));
  const program = readHelperProgram(process.execPath, file);
  writeFileSync(file, says('planted'));
  const [node, ...args] = callOf(program);
  const input = Buffer.concat([program.opening, Buffer.from('{}\n')]);
  const { stdout, stderr, status } = spawnSync(node, args, { input, env: {}, cwd: '/', encoding: 'utf8' });
  expect({ stdout, stderr, status }).toEqual({ stdout: 'true {}\n/', stderr: '', status: 0 });
});

test('a server that ends before it has said everything leaves no program behind', () => {
  const file = path.join(place, 'program.cjs');
  writeFileSync(file, 'process.stdout.write("runs")');
  const { opening, ...program } = readHelperProgram(process.execPath, file);
  const [node, ...args] = callOf({ ...program, opening });
  const { stdout, status } = spawnSync(node, args, { input: opening.subarray(0, -1), env: {}, cwd: '/' });
  expect([stdout.toString(), status]).toEqual(['', 1]);
});

test('a signal that has a Node open its inspector opens none', async () => {
  const file = path.join(place, 'program.cjs');
  writeFileSync(file, 'process.stdout.write("runs"); process.stdin.resume()');
  const program = readHelperProgram(process.execPath, file);
  const [node, ...args] = callOf(program);
  const child = spawn(node, args, { env: {}, cwd: '/' });
  child.stdin.write(program.opening);
  await once(child.stdout, 'data');
  child.kill('SIGUSR1');
  const [said] = (await once(child.stderr, 'data')) as [Buffer];
  child.stdin.end();
  expect([said.toString(), await once(child, 'close')]).toEqual([
    'Starting inspector on 192.0.2.1:9229 failed: address not available\n',
    [0, null],
  ]);
});

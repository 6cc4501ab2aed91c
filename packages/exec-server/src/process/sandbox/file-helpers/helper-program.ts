import { readFileSync, realpathSync } from 'node:fs';
import { NO_INSPECTOR } from '@holdfast/sandbox/internal';

/** The program that carries out file requests, as it was when the server started. */
export interface HelperProgram {
  /** The Node that runs it; a path without links. */
  readonly node: string;
  /** What each helper is told first: the program itself, which nobody can replace by then. */
  readonly opening: Uint8Array;
}

/** Reads a program, a CommonJS script that asks for nothing but modules of Node. @throws Error of the system. */
export function readHelperProgram(node: string, file: string): HelperProgram {
  return helperProgram(realpathSync(node), readFileSync(file));
}

/** The same of a text. */
export function helperProgram(node: string, text: Uint8Array): HelperProgram {
  return { node, opening: Buffer.concat([Buffer.from(`${String(text.length)}\n`), text]) };
}

/** How it is called. It reads its opening before anything else, and then requests. */
export function callOf({ node }: HelperProgram): readonly [string, ...string[]] {
  return [node, NO_INSPECTOR, '-e', RUN_OPENING, NAME];
}

/** What it is known by in a list of processes. */
const NAME = 'holdfast-file-helper';

const RUN_OPENING = `
const { readSync } = require('node:fs');
const read = (bytes) => {
  for (let at = 0; at < bytes.length; ) {
    const got = readSync(0, bytes, at, bytes.length - at, null);
    if (got === 0) process.exit(1);
    at += got;
  }
  return bytes.toString();
};
let length = '';
for (let sign = read(Buffer.alloc(1)); sign !== '\\n'; sign = read(Buffer.alloc(1))) length += sign;
const text = read(Buffer.alloc(Number(length)));
require('node:vm').runInThisContext('(function (require) {' + text + '\\n})', { filename: '${NAME}' })(require);
`;

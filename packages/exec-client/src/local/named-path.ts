import { Buffer } from 'node:buffer';
import { realpathSync } from 'node:fs';
import { resolve, sep } from 'node:path';
import { ExecError } from '@holdfast/exec-protocol';
import type { LocalPath } from '../transfer/local-files.js';
import { codeOf, shown } from './node-path.js';

/**
 * The absolute path that a text names. `..` leads out of where a link before it leads, as for every program of a system with such links.
 * @throws ExecError `fileNotFound` where nothing is before it.
 */
export function namedPath(text: string): LocalPath {
  const names = text.split('/');
  const last = sep === '/' ? names.lastIndexOf('..') : -1;
  if (last < 0) return Buffer.from(resolve(text));
  const before = realPathOf(names.slice(0, last + 1).join('/'));
  const rest = resolve('/', names.slice(last + 1).join('/'));
  if (rest === '/') return before;
  return before.length === 1 ? Buffer.from(rest) : Buffer.concat([before, Buffer.from(rest)]);
}

function realPathOf(path: string): Buffer {
  try {
    return realpathSync.native(path, 'buffer');
  } catch (cause) {
    if (codeOf(cause) !== 'ENOENT' && codeOf(cause) !== 'ENOTDIR') throw cause;
    throw new ExecError('fileNotFound', `${shown(Buffer.from(path))} does not exist on this machine`, {
      cause,
    });
  }
}

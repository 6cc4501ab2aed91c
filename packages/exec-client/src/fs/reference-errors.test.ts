import { type ErrorKind, ExecError, fromWireError } from '@holdfast/exec-protocol';
import { expect, test } from 'vitest';
import { namedFileError } from './reference-errors.js';

test.each<[number, string, ErrorKind]>([
  [-32004, 'No such file or directory (os error 2)', 'fileNotFound'],
  [-32004, 'unknown file handle `h`', 'fileHandleUnknown'],
  [-32600, 'Permission denied (os error 13)', 'fileAccessDenied'],
  [-32600, 'path `/srv` is not a file', 'notAFile'],
  [-32600, 'path contains a symbolic link', 'symlinkRefused'],
  [-32600, 'fs/copy requires recursive: true when sourcePath is a directory', 'invalidFileRequest'],
  [-32603, 'File exists (os error 17)', 'fileExists'],
  [-32603, 'Directory not empty (os error 39)', 'directoryNotEmpty'],
  [-32603, 'Read-only file system (os error 30)', 'fileSystemFailed'],
  [-32602, 'invalid URI: relative URL without a base', 'invalidParams'],
])('%d %s is %s', (code, message, kind) => {
  const named = namedFileError(fromWireError({ code, message }));
  expect(named).toMatchObject({ kind, code, message });
});

test('a kind that was told is kept, and so is what did not come from the server', () => {
  const told = fromWireError({ code: -32600, message: '(os error 2)', data: { kind: 'notAFile' } });
  const lost = new ExecError('connectionLost', 'gone');
  expect([namedFileError(told), namedFileError(lost)]).toEqual([told, lost]);
});

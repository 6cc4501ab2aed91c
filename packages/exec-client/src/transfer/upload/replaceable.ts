import { type ErrorKind, ExecError } from '@holdfast/exec-protocol';
import type { RemoteTree } from '../remote-tree.js';

/** @throws ExecError `notAFile` where there is neither a file nor a link nor nothing, before anything is sent. */
export async function expectReplaceable(tree: RemoteTree, uri: string): Promise<void> {
  const found = await tree.describe(uri).catch(undefinedOn('fileNotFound', 'symlinkRefused'));
  if (found === undefined || found.kind === 'file') return;
  throw notReplaceable(uri, found.kind === 'directory');
}

/** What is there is nothing that a file may take the place of. */
export function notReplaceable(uri: string, isDirectory: boolean): ExecError {
  const what = isDirectory ? 'a directory' : 'not a regular file';
  return new ExecError('notAFile', `${uri} is ${what} on the executor; choose another name`);
}

/** Takes failures of these kinds for nothing; others stay failures. */
export function undefinedOn(...kinds: readonly ErrorKind[]): (error: unknown) => undefined {
  return (error) => {
    if (error instanceof ExecError && kinds.includes(error.kind)) return undefined;
    throw error;
  };
}

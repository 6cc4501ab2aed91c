import { MAX_FILE_BLOCK_BYTES } from '@holdfast/exec-protocol';
import type { LocalFiles } from '../local-files.js';
import { changedMeanwhile } from '../transfer-port.js';
import type { FileToSend } from './destination.js';

/** The content of a file that fits one block. @throws ExecError `fileSystemFailed` when it has grown or shrunk since it was found. */
export async function readSmallFile(
  local: LocalFiles,
  { path, entry }: Pick<FileToSend, 'path' | 'entry'>,
): Promise<Uint8Array> {
  let content: Uint8Array = new Uint8Array(0);
  let blocks = 0;
  for await (const block of local.read(path, MAX_FILE_BLOCK_BYTES)) {
    content = block;
    blocks += 1;
  }
  if (blocks > 1 || content.length !== entry.size) throw changedMeanwhile();
  return content;
}

import { ExecError, MAX_FILE_BLOCK_BYTES } from '@holdfast/exec-protocol';
import { directoryOf, temporaryUri } from '../partial-file.js';
import { tidy } from '../tidy.js';
import { changedMeanwhile, expectSame, type Transfer, waiting } from '../transfer-port.js';
import type { Destination, FileToSend } from './destination.js';
import { readSmallFile } from './local-content.js';
import { notReplaceable, undefinedOn } from './replaceable.js';

/** An executor that has the base wire and nothing else: no links, no permissions, and what is broken off is begun anew. */
export function plainDestination(transfer: Transfer): Destination {
  const { remote } = transfer;
  return {
    takesLinks: false,
    async locateFile(uri) {
      await expectDirectory(transfer, uri);
      await expectWritable(transfer, uri);
      return uri;
    },
    async makeRoot({ uri }) {
      await remote.mkdir(uri, { recursive: true, ...waiting(transfer) });
      return uri;
    },
    async makeDirectory({ uri }) {
      await remote.mkdir(uri, { recursive: true, ...waiting(transfer) });
      return true;
    },
    putFile: (file, moved) =>
      file.entry.size <= MAX_FILE_BLOCK_BYTES
        ? sendAtOnce(transfer, file, moved)
        : sendInBlocks(transfer, file, moved),
    putLink: () => Promise.reject(new ExecError('unsupported', 'the server knows no links')),
    finish: () => Promise.resolve(),
  };
}

/** @throws ExecError `fileNotFound` unless there is a directory for a file. */
export async function expectDirectory(transfer: Transfer, uri: string): Promise<void> {
  const directory = directoryOf(uri);
  try {
    await transfer.remote.stat(directory, waiting(transfer));
  } catch (error) {
    if (!(error instanceof ExecError) || error.kind !== 'fileNotFound') throw error;
    const message = `the directory ${directory} does not exist on the executor; make it first`;
    throw new ExecError('fileNotFound', message, { cause: error });
  }
}

/** @throws ExecError `notAFile` where there is something that takes no content, before any is sent. */
async function expectWritable(transfer: Transfer, uri: string): Promise<void> {
  const found = await transfer.remote.stat(uri, waiting(transfer)).catch(undefinedOn('fileNotFound'));
  if (found === undefined || found.isFile()) return;
  throw notReplaceable(uri, found.isDirectory());
}

/** The executor writes it with one request, so that it is there or not, whatever happens to the link. */
async function sendAtOnce(
  transfer: Transfer,
  file: FileToSend,
  moved: (bytes: number) => void,
): Promise<void> {
  const { local, remote } = transfer;
  const content = await readSmallFile(local, file);
  const sent = local.sha256();
  sent.update(content);
  await remote.writeFile(file.uri, content, waiting(transfer));
  moved(content.length);
  const arrived = local.sha256();
  arrived.update(await transfer.readSmall(file.uri, transfer.signal));
  expectSame(sent.hex(), arrived.hex(), file.uri);
}

/** Written under a name of its own, read again, and only then copied, by the executor alone, to where it belongs. */
async function sendInBlocks(
  transfer: Transfer,
  file: FileToSend,
  moved: (bytes: number) => void,
): Promise<void> {
  const { remote } = transfer;
  await expectWritable(transfer, file.uri);
  const temporary = temporaryUri(file.uri);
  try {
    const sent = await stream(transfer, file, temporary, moved);
    expectSame(sent, await digestOf(transfer, temporary), file.uri);
    await remote.copyFile(temporary, file.uri, waiting(transfer));
  } finally {
    await tidy(transfer, remote.rm(temporary, { force: true }));
  }
}

async function stream(
  transfer: Transfer,
  { path, entry }: FileToSend,
  uri: string,
  moved: (bytes: number) => void,
): Promise<string> {
  const { local, remote } = transfer;
  const digest = local.sha256();
  const sink = remote.createWriteStream(uri, waiting(transfer)).getWriter();
  try {
    for await (const block of local.read(path, MAX_FILE_BLOCK_BYTES)) {
      digest.update(block);
      await sink.write(block);
      moved(block.length);
    }
    await sink.close();
  } catch (error) {
    await sink.abort(error).catch(() => undefined);
    throw error;
  }
  if ((await local.describe(path))?.version !== entry.version) throw changedMeanwhile();
  return digest.hex();
}

async function digestOf(transfer: Transfer, uri: string): Promise<string> {
  const digest = transfer.local.sha256();
  for await (const block of transfer.remote.createReadStream(uri, waiting(transfer))) digest.update(block);
  return digest.hex();
}

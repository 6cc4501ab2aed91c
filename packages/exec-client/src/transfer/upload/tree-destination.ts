import { ExecError, MAX_FILE_BLOCK_BYTES } from '@holdfast/exec-protocol';
import { nameUriOf } from '../partial-file.js';
import type { RemoteTree } from '../remote-tree.js';
import { expectSame, type Transfer, waiting } from '../transfer-port.js';
import type { Destination, FileToSend, Place } from './destination.js';
import { readSmallFile } from './local-content.js';
import { expectDirectory } from './plain-destination.js';
import { expectReplaceable, undefinedOn } from './replaceable.js';
import { ResumableSender } from './resumable-sender.js';

/**
 * An executor with the extension `files`: links are links, permissions are kept, and what was broken off is gone on with. Below
 * the root no link is followed, so that nothing comes to lie outside of it.
 */
export function treeDestination(transfer: Transfer, tree: RemoteTree): Destination {
  const { local } = transfer;
  const large = new ResumableSender(transfer, tree);
  /** Directories that have to stay open for their owner until they are filled. */
  const unfinished: Unfinished[] = [];
  const open = async (directory: Place, permissions: number): Promise<boolean> => {
    const isOurs = await setUnlessDenied(tree, directory.uri, permissions | OWNER);
    if (isOurs && (permissions & OWNER) !== OWNER) unfinished.push({ directory, permissions });
    return isOurs;
  };
  return {
    takesLinks: true,
    async locateFile(uri) {
      const there = await canonicalOrUndefined(tree, uri);
      if (there !== undefined) {
        await expectReplaceable(tree, there);
        return there;
      }
      await expectDirectory(transfer, uri);
      return nameUriOf(await tree.canonical(uri.slice(0, uri.lastIndexOf('/')) || ROOT), uri);
    },
    async makeRoot({ path, uri }, permissions) {
      const there = await canonicalOrUndefined(tree, uri);
      await transfer.remote.mkdir(uri, { recursive: true, ...waiting(transfer) });
      if (there !== undefined) return there;
      const root = await tree.canonical(uri);
      await open({ path, uri: root }, permissions);
      return root;
    },
    async makeDirectory(directory, permissions) {
      await tree.makeDirectory(directory.uri);
      return await open(directory, permissions);
    },
    async putFile(file, moved) {
      if (file.entry.size > MAX_FILE_BLOCK_BYTES) {
        await large.send(file, moved);
        return;
      }
      try {
        await sendAtOnce(transfer, tree, file, moved);
      } catch (error) {
        // A link there is not written through, and what may not be written may be replaced.
        if (!isInTheWay(error)) throw error;
        await large.send(file, moved).catch((second: unknown) => {
          throw isInTheWay(second) ? error : second;
        });
      }
    },
    async putLink({ path, uri }) {
      await tree.makeLink(uri, await local.readLink(path));
    },
    finish: () => finish(transfer, tree, unfinished.reverse()),
  };
}

/** A directory and the permissions that it is to have in the end. */
interface Unfinished {
  readonly directory: Place;
  readonly permissions: number;
}

const OWNER = 0o700;
const ROOT = 'file:///';

/** What went away meanwhile needs no permissions. */
async function finish(
  { local, tally }: Transfer,
  tree: RemoteTree,
  unfinished: readonly Unfinished[],
): Promise<void> {
  for (const { directory, permissions } of unfinished) {
    try {
      await tree.setPermissions(directory.uri, permissions);
    } catch (error) {
      const isGone = error instanceof ExecError && error.kind === 'fileNotFound';
      if (!isGone) tally.failed(local.shown(directory.path), error);
    }
  }
}

/** A directory that is there and another user's keeps what it has. @returns whether it was set. */
async function setUnlessDenied(tree: RemoteTree, uri: string, permissions: number): Promise<boolean> {
  try {
    await tree.setPermissions(uri, permissions);
    return true;
  } catch (error) {
    if (error instanceof ExecError && error.kind === 'fileAccessDenied') return false;
    throw error;
  }
}

async function canonicalOrUndefined(tree: RemoteTree, uri: string): Promise<string | undefined> {
  return await tree.canonical(uri).catch(undefinedOn('fileNotFound'));
}

/** The executor writes it with one request, so that it is there or not, whatever happens to the link. */
async function sendAtOnce(
  { local }: Transfer,
  tree: RemoteTree,
  file: FileToSend,
  moved: (bytes: number) => void,
): Promise<void> {
  const content = await readSmallFile(local, file);
  const sent = local.sha256();
  sent.update(content);
  await tree.write(file.uri, content, file.entry.permissions);
  const arrived = local.sha256();
  arrived.update(await tree.read(file.uri));
  expectSame(sent.hex(), arrived.hex(), file.uri);
  moved(content.length);
}

function isInTheWay(error: unknown): boolean {
  return error instanceof ExecError && (error.kind === 'symlinkRefused' || error.kind === 'fileAccessDenied');
}

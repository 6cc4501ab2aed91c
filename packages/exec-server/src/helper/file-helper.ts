// Carries out file requests inside of a sandbox: one request a line on stdin, one answer a line on stdout. The server has
// checked who asks, and in which order; what may be reached is what the sandbox shows.

import {
  bindRoute,
  capabilitiesDiscover,
  capabilityRootsDiscover,
  createPeer,
  fsCanonicalize,
  fsClose,
  fsCopy,
  fsCreateDirectory,
  fsGetMetadata,
  fsOpen,
  fsReadBlock,
  fsRemove,
  fsSetPermissions,
  fsSymlink,
  fsWriteBlock,
  fsWriteFile,
  MAX_MESSAGE_BYTES,
  type Route,
} from '@holdfast/exec-protocol';
import { createCapabilityFinder } from '../config/capabilities/capability-finder.js';
import { fsReadFileUpTo } from '../file-up-to.js';
import {
  changePermissions,
  copyEntry,
  describeEntry,
  linksOf,
  listUpTo,
  makeDirectory,
  makeSymlink,
  namesUpTo,
  readFileUpTo,
  removeEntry,
  resolvePath,
  walkUpTo,
  writeWholeFile,
} from '../fs/file-requests.js';
import { toNativePath } from '../fs/native-path.js';
import { FileHandles } from '../fs/open/file-handles.js';
import { LocalFile } from '../fs/open/local-file.js';
import { placesFrom } from '../helper-environment.js';
import { LineTransport } from '../line-transport.js';
import { fsListUpTo, fsReadDirectoryUpTo, fsWalkUpTo } from '../listing-up-to.js';

const { env, stdin, stdout } = process;
const capabilities = createCapabilityFinder(placesFrom(env));

const transport = new LineTransport({
  label: 'the server',
  maxLineBytes: () => MAX_MESSAGE_BYTES,
  write: (line, done) => stdout.write(line, done),
  end: () => process.exit(),
});
createPeer({
  transport,
  routes: routesOf(new FileHandles({ limit: Number.POSITIVE_INFINITY })),
  onNotification: ignore,
  onUnmatchedAnswer: ignore,
  onMalformed: () => process.exit(1),
  onInternalError: (error) => {
    process.stderr.write(`${String(error)}\n`);
  },
  onDrain: ignore,
  onClose: ignore,
});
stdin.on('data', (chunk: Uint8Array) => {
  transport.take(chunk);
});
stdin.on('end', () => process.exit());

/** @param handles Their number is counted by the server, for each of its clients. */
function routesOf(handles: FileHandles): ReadonlyMap<string, Route> {
  return new Map([
    [fsReadFileUpTo.method, bindRoute(fsReadFileUpTo, readFileUpTo)],
    [fsWriteFile.method, bindRoute(fsWriteFile, writeWholeFile)],
    [fsCreateDirectory.method, bindRoute(fsCreateDirectory, makeDirectory)],
    [fsGetMetadata.method, bindRoute(fsGetMetadata, describeEntry)],
    [fsCanonicalize.method, bindRoute(fsCanonicalize, resolvePath)],
    [fsReadDirectoryUpTo.method, bindRoute(fsReadDirectoryUpTo, namesUpTo)],
    [fsWalkUpTo.method, bindRoute(fsWalkUpTo, walkUpTo)],
    [fsRemove.method, bindRoute(fsRemove, removeEntry)],
    [fsCopy.method, bindRoute(fsCopy, (params) => copyEntry(params))],
    [fsListUpTo.method, bindRoute(fsListUpTo, listUpTo)],
    [fsSymlink.method, bindRoute(fsSymlink, makeSymlink)],
    [fsSetPermissions.method, bindRoute(fsSetPermissions, changePermissions)],
    [
      capabilityRootsDiscover.method,
      bindRoute(capabilityRootsDiscover, async ({ roots }) => ({
        roots: await Promise.all(
          roots.map(({ id, path }) => capabilities.below({ id, path: toNativePath(path, 'roots') })),
        ),
      })),
    ],
    [capabilitiesDiscover.method, bindRoute(capabilitiesDiscover, () => capabilities.installed())],
    [
      fsOpen.method,
      bindRoute(fsOpen, async ({ handleId, ...file }) => {
        const options = { ...linksOf(file), permissions: file.permissions };
        await handles.open(handleId, () =>
          LocalFile.open(toNativePath(file.path, 'path'), file.mode ?? 'read', options),
        );
        return { handleId };
      }),
    ],
    [
      fsReadBlock.method,
      bindRoute(fsReadBlock, ({ handleId, offset, len }) => handles.read(handleId, offset, len)),
    ],
    [
      fsWriteBlock.method,
      bindRoute(fsWriteBlock, async ({ handleId, offset, chunk }) => {
        await handles.write(handleId, offset, chunk);
        return {};
      }),
    ],
    [
      fsClose.method,
      bindRoute(fsClose, async ({ handleId }) => {
        await handles.close(handleId);
        return {};
      }),
    ],
  ]);
}

function ignore(): void {
  // Nobody sends this.
}

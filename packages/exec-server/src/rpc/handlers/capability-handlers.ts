import {
  capabilitiesDiscover,
  capabilityRootsDiscover,
  ExecError,
  MAX_CAPABILITY_ANSWER_BYTES,
  MAX_CAPABILITY_ROOT_BYTES,
  MAX_CAPABILITY_ROOTS,
  MAX_INSTALLED_LENGTH,
  type ParamsOf,
  type PreparedAnswer,
  type ResultOf,
  type RootCapabilities,
  type WireId,
} from '@holdfast/exec-protocol';
import type { CapabilityFinder, CapabilityRoot } from '../../config/capabilities/capability-finder.js';
import type { FilesInside } from '../../confined-files.js';
import { isForeign, toNativePath } from '../../fs/native-path.js';
import { slicedAnswer } from '../answers/answer-transport.js';
import { ListAnswerWriter } from '../answers/list-answer.js';
import type { FileScope } from './file-handlers.js';

/** What the methods about plugins and skills work with. */
export interface CapabilityScope {
  readonly finder: CapabilityFinder;
  readonly files: Pick<FileScope, 'order' | 'confined' | 'room' | 'transport'>;
}

/** What is installed takes so much at most: each UTF-16 unit three bytes. */
const INSTALLED_BYTES = 3 * MAX_INSTALLED_LENGTH;

/** Each root is answered for itself: what is found below many is put together in no single turn. */
export async function discoverRoots(
  { finder, files }: CapabilityScope,
  { roots }: ParamsOf<typeof capabilityRootsDiscover>,
  id: WireId,
): Promise<PreparedAnswer> {
  if (roots.length > MAX_CAPABILITY_ROOTS) {
    throw new ExecError(
      'invalidFileRequest',
      `capabilityRoots/discoverV1: ${roots.length} roots; ask for at most ${MAX_CAPABILITY_ROOTS} at once`,
    );
  }
  const { confined, order, room, transport } = files;
  const place = confined.placeOf(commonSandbox(roots));
  const wanted = roots.map(({ id: name, path }) => wantedRoot(name, path));
  const answer = (gone: AbortSignal): ReturnType<typeof writeRoots> =>
    place === undefined
      ? writeRoots(id, wanted, (root) => finder.below(root), gone)
      : place.use(true, (inside) => writeRoots(id, wanted, (root) => belowInside(inside, root), gone));
  const answerBytes = Math.min(roots.length * MAX_CAPABILITY_ROOT_BYTES, MAX_CAPABILITY_ANSWER_BYTES);
  const message = await order.look(() => room.use(answerBytes, answer));
  return slicedAnswer(transport, message);
}

export async function discoverInstalled(
  { finder, files }: CapabilityScope,
  { cwd, sandbox }: ParamsOf<typeof capabilitiesDiscover>,
): Promise<ResultOf<typeof capabilitiesDiscover>> {
  const place = files.confined.placeOf(sandbox);
  // Nothing is looked for there; it only has to be a path.
  if (!isForeign(cwd)) toNativePath(cwd, 'cwd');
  const answer = (): Promise<ResultOf<typeof capabilitiesDiscover>> =>
    place === undefined
      ? finder.installed()
      : place.use(true, (inside) => inside.request(capabilitiesDiscover, { cwd }));
  return await files.order.look(() => files.room.use(INSTALLED_BYTES, answer));
}

/** One that is looked through, or what there is to say of it instead: a path of another system spoils no other root. */
type WantedRoot = FoundRoot | { readonly isForeign: true; readonly id: string; readonly uri: string };

interface FoundRoot extends CapabilityRoot {
  readonly isForeign: false;
  readonly uri: string;
}

function wantedRoot(id: string, uri: string): WantedRoot {
  if (isForeign(uri)) return { isForeign: true, id, uri };
  return { isForeign: false, id, uri, path: toNativePath(uri, 'roots') };
}

/** The message that says what is below each root. */
async function writeRoots(
  requestId: WireId,
  roots: readonly WantedRoot[],
  below: (root: FoundRoot) => Promise<RootCapabilities>,
  gone: AbortSignal,
): Promise<readonly Uint8Array[]> {
  const answer = new ListAnswerWriter(requestId, 'roots');
  for (const root of roots) {
    gone.throwIfAborted();
    if (root.isForeign) answer.add(nothing(root, 'is a path of another system'));
    else if (!answer.add(await below(root), MAX_CAPABILITY_ANSWER_BYTES)) {
      answer.add(nothing(root, 'is left out: what lies below the directories is too large together'));
    }
  }
  return answer.finish();
}

async function belowInside(inside: FilesInside, { id, uri }: FoundRoot): Promise<RootCapabilities> {
  const { roots } = await inside.request(capabilityRootsDiscover, { roots: [{ id, path: uri }] });
  const [found] = roots;
  if (found === undefined) throw new Error('there is an answer for each root');
  return found;
}

type Sandbox = Readonly<Record<string, unknown>> | null | undefined;

/** What is found is bounded for the whole answer, and so by whoever looks for all of it. */
function commonSandbox([first, ...others]: readonly { readonly sandbox?: Sandbox }[]): Sandbox {
  const text = JSON.stringify(first?.sandbox ?? null);
  if (others.every(({ sandbox }) => JSON.stringify(sandbox ?? null) === text)) return first?.sandbox;
  throw new ExecError(
    'sandboxUnsupported',
    'capabilityRoots/discoverV1: the roots have different sandboxes; ask for those of each in a request of their own',
  );
}

function nothing({ id, uri }: WantedRoot, why: string): RootCapabilities {
  const error = `${uri} ${why}`;
  return { id, path: uri, plugin: null, skills: [], namespaceManifests: [], warnings: [], error };
}

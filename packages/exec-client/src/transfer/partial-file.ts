import { newHandleId } from '../id.js';
import type { LocalFiles } from './local-files.js';

/** Names of files that are not whole yet. */
const PARTIAL = /^\.holdfast-[0-9a-f-]+\.part$/;

/** The URI of a file beside another one that nobody else uses. */
export function temporaryUri(uri: string): string {
  return beside(uri, newHandleId());
}

/**
 * The URI of a file beside another one that the same copy uses each time. Copies of other sources use others, so what meets
 * there is of the same source.
 * @param source What tells the source from all others.
 */
export function partialUri(uri: string, source: string, local: Pick<LocalFiles, 'sha256'>): string {
  return beside(uri, keyOf(source, uri, local));
}

/** Names the copy of one source to one destination, in 32 hexadecimal digits. */
export function keyOf(source: string, destination: string, local: Pick<LocalFiles, 'sha256'>): string {
  const digest = local.sha256();
  digest.update(new TextEncoder().encode(`${source}\0${destination}`));
  return digest.hex().slice(0, KEY_DIGITS);
}

/** Whether the last name of a URI is that of a file which is not whole yet. */
export function isPartial(uri: string): boolean {
  return PARTIAL.test(uri.slice(uri.lastIndexOf('/') + 1));
}

/** The URI of the directory in which an entry lies. */
export function directoryOf(uri: string): string {
  return uri.slice(0, Math.max(uri.lastIndexOf('/'), 'file:///'.length));
}

/** The URI in `directory` that has the last name of `uri`. */
export function nameUriOf(directory: string, uri: string): string {
  const name = uri.slice(uri.lastIndexOf('/') + 1);
  return directory.endsWith('/') ? `${directory}${name}` : `${directory}/${name}`;
}

const KEY_DIGITS = 32;

function beside(uri: string, name: string): string {
  return `${uri.slice(0, uri.lastIndexOf('/'))}/.holdfast-${name}.part`;
}

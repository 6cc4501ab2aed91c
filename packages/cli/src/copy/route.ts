import { realpathSync } from 'node:fs';
import { basename, resolve, sep } from 'node:path';

/** One end of a copy as it was typed: a leading colon marks the executor's side. */
interface Place {
  readonly isRemote: boolean;
  readonly path: string;
}

/** Which way a copy goes. */
export interface Route {
  readonly direction: 'upload' | 'download';
  readonly from: string;
  readonly to: string;
}

/** Reads the two ends of a copy. @throws Error unless one of them is the executor's. */
export function routeOf(source: string, destination: string): Route {
  const from = placeOf(source);
  const to = placeOf(destination);
  if (from.isRemote === to.isRemote) {
    const both = from.isRemote ? 'on the executor; use "holdfast run -- cp"' : 'on this machine';
    throw new Error(
      `${JSON.stringify(source)} and ${JSON.stringify(destination)} are both ${both}; a leading colon marks the executor's side, as in ":/srv/file"`,
    );
  }
  for (const { path } of [from, to]) {
    if (path === '') throw new Error('a path is empty; name a file or a directory, as in ":/srv/file"');
  }
  return { direction: from.isRemote ? 'download' : 'upload', from: from.path, to: to.path };
}

/** Whether a destination says by itself that it is a directory. */
export function namesDirectory(path: string): boolean {
  return path.endsWith('/') || path.endsWith(sep);
}

/** Where something goes that is put into a directory. */
export function within(directory: string, name: string): string {
  return namesDirectory(directory) ? `${directory}${name}` : `${directory}/${name}`;
}

/** What a source is called. @throws Error for one that has no name that could be typed. */
export function nameOf({ direction, from }: Route): string {
  const name = direction === 'upload' ? localNameOf(from) : remoteNameOf(from);
  if (name !== '' && name !== '.' && name !== '..') return name;
  throw new Error(`${JSON.stringify(from)} has no name of its own; name the destination in full`);
}

function placeOf(text: string): Place {
  return text.startsWith(':') ? { isRemote: true, path: text.slice(1) } : { isRemote: false, path: text };
}

function localNameOf(path: string): string {
  if (!path.split(sep).includes('..')) return basename(resolve(path));
  try {
    // By name alone, what .. leads to behind a link would be called otherwise.
    return path.endsWith('..') ? basename(realpathSync.native(path)) : basename(path);
  } catch {
    return basename(path);
  }
}

function remoteNameOf(path: string): string {
  const last = path.replace(/[/\\]+$/, '').replace(/^.*[/\\]/s, '');
  if (!/^file:/i.test(path)) return last;
  try {
    return decodeURIComponent(last);
  } catch {
    return '';
  }
}

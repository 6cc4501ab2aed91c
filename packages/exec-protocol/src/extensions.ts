import * as z from 'zod';
import { tableOf } from './bounded-issues.js';

/**
 * What goes beyond the reference wire, with the highest version that this build speaks. A peer offers its versions in
 * `initialize`, the server grants the lower of the two, and what was not granted never shows on that connection.
 */
export const EXTENSIONS = {
  flow: { version: 1, adds: 'byte windows: output is pushed only as far as the client has asked for it' },
  pty: { version: 1, adds: 'the size of a terminal at start, process/resize, and resizes in the event log' },
  signals: {
    version: 1,
    adds: 'POSIX signals by name and target, end of stdin, SIGTERM before SIGKILL, the ending signal',
  },
  session: { version: 1, adds: 'session/close ends a session and all its processes at once' },
  replay: {
    version: 1,
    adds: 'requests that are carried out once and answered once however often the link is lost, and events from named positions',
  },
  attach: {
    version: 1,
    adds: 'listing and attaching to processes of other sessions, and processes that outlive theirs',
  },
  gap: {
    version: 1,
    adds: 'an explicit word for output that is no longer kept, and byte totals when a process has closed',
  },
  drain: {
    version: 1,
    adds: 'a bounded wait for output after exit, and who still held it when that was over',
  },
  files: {
    version: 1,
    adds: 'links as links, permission bits, digests, and files that are gone on with and get their name when they are whole',
  },
  sandbox: {
    version: 1,
    adds: 'what a sandbox denied, by which rule and how sure that is, where it allows less than was asked for, and what appeared while a process ran',
  },
} as const satisfies Record<string, { readonly version: number; readonly adds: string }>;

/** The name of an extension. */
export type ExtensionName = keyof typeof EXTENSIONS;

/** Extension versions in force on a connection; absent means not granted. */
export type Extensions = Readonly<Partial<Record<ExtensionName, number>>>;

/** As offered and as granted on the wire. Names that this build does not know are kept, and ignored. */
export const extensionsSchema = tableOf(z.int().min(1));

/** Everything that this build speaks. */
export function offeredExtensions(): Extensions {
  return Object.fromEntries(Object.entries(EXTENSIONS).map(([name, { version }]) => [name, version]));
}

/** The lower version of each extension that both sides named. */
export function grantExtensions(offered: Readonly<Record<string, number>>, own: Extensions): Extensions {
  const granted: Partial<Record<ExtensionName, number>> = {};
  for (const name of extensionNames()) {
    const theirs = Object.hasOwn(offered, name) ? offered[name] : undefined;
    const ours = own[name];
    if (theirs !== undefined && ours !== undefined) granted[name] = Math.min(theirs, ours);
  }
  return granted;
}

/** All extension names, in the order of the table. */
export function extensionNames(): readonly ExtensionName[] {
  return Object.keys(EXTENSIONS) as ExtensionName[];
}

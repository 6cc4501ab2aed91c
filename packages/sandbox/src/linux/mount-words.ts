import { randomUUID } from 'node:crypto';
import type { MountStep } from '../mounts/mount-step.js';
import type { PlannedDescriptor } from './launch-plan.js';

/** Takes down what the wrapper shall inherit. @returns its number, as a word. */
export type Hold = (descriptor: PlannedDescriptor) => string;

/**
 * The mounts of a plan, as bubblewrap is told of them. What may be written is mounted read-only like the rest: it is opened when all is
 * in place, by `MountOpener`.
 * @param waitsForSeal Whether bubblewrap waits, once nothing of the host can be written any more, until somebody has looked whether
 *   that is so.
 */
export function mountWords(steps: readonly MountStep[], hold: Hold, waitsForSeal = false): readonly string[] {
  const [first] = steps;
  // Devices are shown as they are on the host, which is closed by then.
  const isPutAside = first?.kind === 'sealHost' && steps.some(({ kind }) => kind === 'privateDevices');
  return steps.flatMap((step) => {
    if (step.kind === 'sealHost')
      return [
        ...(isPutAside ? ['--dev', ASIDE] : []),
        ...SEAL,
        ...(waitsForSeal ? ['--file', hold({ kind: 'seal' }), beside(SEALED)] : []),
      ];
    return isPutAside && step.kind === 'privateDevices' ? FROM_ASIDE : wordsOf(step, hold);
  });
}

/**
 * A place that only bubblewrap itself sees: while it mounts, its root is a file system of its own, in which `oldroot` is the host
 * and `newroot` what the command will see. Paths are taken to be below one of them, so two dots lead beside it.
 */
export function beside(name: string): string {
  return `../${name}`;
}

/** A name that nothing on the host has: bubblewrap looks there first. */
const OWN_NAME = `holdfast-${randomUUID()}`;

/** What is in the root of bubblewrap when it waits with a sealed host. */
export const SEALED = `${OWN_NAME}-sealed`;

/** Where devices are until they are shown. */
const ASIDE = beside(`${OWN_NAME}-devices`);

const SEAL: readonly string[] = ['--ro-bind', '/', beside('oldroot')];

const DEVICES = '/dev';

/** The options that end with `try` are for what is not on the host. */
const FROM_ASIDE: readonly string[] = ['--dev-bind-try', `/${ASIDE}`, DEVICES];

/** Has bubblewrap wait until a pipe ends: it makes a file of what comes, which nobody sees. */
export function waitWords(descriptor: string): readonly string[] {
  return ['--file', descriptor, beside(`${OWN_NAME}-wait`)];
}

function wordsOf(step: MountStep, hold: Hold): readonly string[] {
  switch (step.kind) {
    case 'bind':
      return bindWords(step, hold);
    case 'bindEverything':
      return ['--dev-bind', '/', '/'];
    case 'emptyDirectory':
      return ['--perms', step.mode, '--tmpfs', step.path];
    case 'unreadableFile':
      return ['--perms', '000', '--ro-bind-data', hold({ kind: 'nothing' }), step.path];
    case 'link':
      return ['--symlink', step.target, step.path];
    case 'makeReadOnly':
      return ['--remount-ro', step.path];
    case 'privateDevices':
      return ['--dev', DEVICES];
    case 'privateProcesses':
      return PRIVATE_PROCESSES;
    case 'sealHost':
      return SEAL;
  }
}

function bindWords(
  { path, identity }: Extract<MountStep, { readonly kind: 'bind' }>,
  hold: Hold,
): readonly string[] {
  if (identity === undefined) return ['--ro-bind', path, path];
  return ['--ro-bind-fd', hold({ kind: 'path', path, identity }), path];
}

/**
 * The filter keeps programs from tracing the first process, but sees no paths: whoever may trace may open its memory, and
 * change the mode of its program, which was started where nothing was read-only yet.
 */
const PRIVATE_PROCESSES: readonly string[] = [
  ...['--proc', '/proc', '--perms', '555', '--tmpfs', '/proc/1', '--remount-ro', '/proc/1'],
];

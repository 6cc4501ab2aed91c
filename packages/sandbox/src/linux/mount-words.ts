import { randomUUID } from 'node:crypto';
import type { PlannedDescriptor } from '../launch/launch-plan.js';
import type { MountStep } from './mount-step.js';

/** Takes down what the wrapper shall inherit. @returns its number, as a word. */
type Hold = (descriptor: PlannedDescriptor) => string;

/** The mounts of a plan, as bubblewrap is told of them. */
export function mountWords(steps: readonly MountStep[], hold: Hold): readonly string[] {
  const at = steps.findIndex(({ kind }) => kind === 'sealHost');
  if (at < 0) return steps.flatMap((step) => wordsOf(step, hold));
  const sealed = steps.slice(at + 1);
  const aside = new Map(sealed.filter(isPutAside).map((step, index) => [step, beside(`${ASIDE}-${index}`)]));
  return [
    ...steps.slice(0, at).flatMap((step) => wordsOf(step, hold)),
    ...[...aside].flatMap(([step, place]) => wordsOf(step, hold, place)),
    ...['--ro-bind', '/', beside('oldroot')],
    ...sealed.flatMap((step) => wordsFromAside(step, aside) ?? wordsOf(step, hold)),
  ];
}

/**
 * A place that only bubblewrap itself sees: while it mounts, its root is a file system of its own, in which `oldroot` is the host
 * and `newroot` what the command will see. Paths are taken to be below one of them, so two dots lead beside it.
 */
export function beside(name: string): string {
  return `../${name}`;
}

/** Begins the names of what one program puts aside. */
export const ASIDE = `holdfast-${randomUUID()}`;

type Bind = Extract<MountStep, { readonly kind: 'bind' }>;

/** What needs the host as it is. */
function isPutAside(step: MountStep): boolean {
  return step.kind === 'privateDevices' || (step.kind === 'bind' && step.access === 'write');
}

/**
 * Shows what was put aside. The options that end with `try` are for what is not on the host. bubblewrap looks there first, so that
 * nobody may know the name and leave something else there.
 */
function wordsFromAside(
  step: MountStep,
  aside: ReadonlyMap<MountStep, string>,
): readonly string[] | undefined {
  const place = aside.get(step);
  if (place === undefined) return undefined;
  if (step.kind === 'bind') return ['--bind-try', `/${place}`, step.path];
  return ['--dev-bind-try', `/${place}`, DEVICES];
}

const DEVICES = '/dev';

/** @param place Where it is mounted, if not at its own path. */
function wordsOf(step: MountStep, hold: Hold, place?: string): readonly string[] {
  switch (step.kind) {
    case 'bind':
      return bindWords(step, hold, place);
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
      return ['--dev', place ?? DEVICES];
    case 'privateProcesses':
      return PRIVATE_PROCESSES;
    case 'sealHost':
      return [];
  }
}

function bindWords({ path, access, identity }: Bind, hold: Hold, place = path): readonly string[] {
  if (identity === undefined) return [access === 'write' ? '--bind' : '--ro-bind', path, place];
  const held = hold({ kind: 'path', path, identity });
  return [access === 'write' ? '--bind-fd' : '--ro-bind-fd', held, place];
}

/**
 * The filter keeps programs from tracing the first process, but sees no paths: whoever may trace may open its memory, and
 * change the mode of its program, which was started where nothing was read-only yet.
 */
const PRIVATE_PROCESSES: readonly string[] = [
  ...['--proc', '/proc', '--perms', '555', '--tmpfs', '/proc/1', '--remount-ro', '/proc/1'],
];

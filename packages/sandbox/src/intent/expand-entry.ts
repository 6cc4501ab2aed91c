import { childOf } from '../files/paths.js';
import { refuse } from '../refuse.js';
import type { ExecutorRoots } from './executor-roots.js';
import { nativePath } from './native-path.js';
import type { IntentEntry } from './schema.js';

/** What an entry stands for, before anything is looked up. */
export type EntryTarget =
  | { readonly kind: 'paths'; readonly paths: readonly string[]; readonly why?: string }
  | { readonly kind: 'glob'; readonly pattern: string };

/**
 * The executor's paths that an entry of an intent names. A symbol that stands for nothing here names none, and `why` says so.
 * @throws ExecError `sandboxUnsupported` where the entry cannot be enforced.
 */
export function expandEntry(
  entry: IntentEntry,
  origin: string,
  roots: ExecutorRoots,
  workspaceRoots: readonly string[],
): EntryTarget {
  const { path, access } = entry;
  switch (path.type) {
    case 'path':
      return { kind: 'paths', paths: [nativePath(path.path, `${origin}.path.path`)] };
    case 'glob_pattern':
      if (access === 'deny') return { kind: 'glob', pattern: globPattern(path.pattern, origin) };
      return refuse(
        origin,
        `a glob_pattern can only deny, and this one says ${access}; name the paths instead`,
      );
    case 'special':
      return expandSpecial(path.value, access, origin, roots, workspaceRoots);
  }
}

type SpecialPath = Extract<IntentEntry['path'], { readonly type: 'special' }>['value'];

function expandSpecial(
  value: SpecialPath,
  access: IntentEntry['access'],
  origin: string,
  roots: ExecutorRoots,
  workspaceRoots: readonly string[],
): EntryTarget {
  switch (value.kind) {
    case 'root':
      return { kind: 'paths', paths: ['/'] };
    case 'minimal':
      return { kind: 'paths', paths: roots.minimal };
    case 'slash_tmp':
      return { kind: 'paths', paths: [roots.slashTmp] };
    case 'tmpdir':
      return temporaryDirectory(roots.tmpdir, access, origin);
    case 'project_roots':
    case 'current_working_directory': {
      const names = subpathNames(value.subpath ?? '', origin);
      const paths = workspaceRoots.map((root) => names.reduce(childOf, root));
      return paths.length > 0
        ? { kind: 'paths', paths }
        : { kind: 'paths', paths, why: 'there are no workspace roots' };
    }
    case 'unknown':
      if (access !== 'deny')
        return { kind: 'paths', paths: [], why: 'the symbol is not known here, so it grants nothing' };
      return refuse(
        origin,
        `denies the symbol ${JSON.stringify(value.path ?? '')}, which is not known here; deny its path instead`,
      );
  }
}

function temporaryDirectory(
  tmpdir: string | undefined,
  access: IntentEntry['access'],
  origin: string,
): EntryTarget {
  if (tmpdir === undefined) return { kind: 'paths', paths: [], why: 'TMPDIR is not set for the process' };
  if (tmpdir.startsWith('/')) return { kind: 'paths', paths: [tmpdir] };
  if (access !== 'deny')
    return {
      kind: 'paths',
      paths: [],
      why: `TMPDIR is ${JSON.stringify(tmpdir)}, which is no absolute path`,
    };
  return refuse(origin, `TMPDIR is ${JSON.stringify(tmpdir)}, which is no absolute path; set it to one`);
}

function subpathNames(subpath: string, origin: string): readonly string[] {
  const names = subpath.split('/').filter((name) => name !== '' && name !== '.');
  const isForeign = subpath.includes('\\') || /^[A-Za-z]:/.test(subpath);
  if (subpath.startsWith('/') || names.includes('..') || subpath.includes('\0') || isForeign) {
    refuse(
      origin,
      `the subpath ${JSON.stringify(subpath)} must be relative, in POSIX spelling and without ..`,
    );
  }
  return names;
}

function globPattern(pattern: string, origin: string): string {
  const isForeign = pattern.includes('\\') || /^[A-Za-z]:/.test(pattern) || /^file:/i.test(pattern);
  if (isForeign || pattern.split('/').includes('..') || pattern.includes('\0')) {
    refuse(origin, `the pattern ${JSON.stringify(pattern)} must be a POSIX path without .. and backslashes`);
  }
  if (/\p{Surrogate}/u.test(pattern))
    refuse(origin, `the pattern ${JSON.stringify(pattern)} must be well-formed Unicode, as names are`);
  return pattern;
}

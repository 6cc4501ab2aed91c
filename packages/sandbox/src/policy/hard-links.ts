import type { FileFacts } from '../files/file-facts.js';
import { fileRestrictions } from './file-restrictions.js';
import type { PathRule, PolicyNote } from './path-rule.js';

/**
 * Says which files are kept from a command under one of their names alone: nobody knows where the others are.
 * @param rules One for each path, none that says what the next one above says. @param files As they were when the rules were made.
 */
export function notesOfHardLinks(
  rules: readonly PathRule[],
  files: Pick<FileFacts, 'look'>,
): readonly PolicyNote[] {
  const linked = fileRestrictions(rules).filter(({ path }) => (files.look(path)?.links ?? 0) > 1);
  return (['deny', 'read'] as const).flatMap((access) => {
    const [first, ...others] = linked.filter((rule) => rule.access === access);
    if (first === undefined) return [];
    const more = others.length === 0 ? '' : ` (and ${others.length} more like it)`;
    const outcome = access === 'deny' ? 'read where that is shown' : 'written where that may be';
    const text = `${first.path}${more} has another name, a hard link, by which it can be ${outcome}; remove that, or replace the file by a copy`;
    return [{ origin: first.origin, text }];
  });
}

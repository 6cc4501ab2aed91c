import type { FileFacts } from '../files/file-facts.js';
import type { NormalisedPolicy, PolicyNote } from './path-rule.js';

/** What a policy lets root write, and root cannot: it is of another user, over whose files root has no rights in a sandbox. */
export function notesOfForeignGrants(
  { rules, restrictsFiles }: Pick<NormalisedPolicy, 'rules' | 'restrictsFiles'>,
  files: Pick<FileFacts, 'look' | 'isUnwritable'>,
): readonly PolicyNote[] {
  if (!restrictsFiles) return [];
  return rules.flatMap(({ path, access, origin }) => {
    const found = access === 'write' ? files.look(path) : undefined;
    if (found === undefined || files.isUnwritable?.(found) !== true) return [];
    const text = `${path} belongs to user ${found.uid}, and root has no rights in a sandbox over what is of others, so it can hardly be written; run this as that user, or let root's group write it`;
    return [{ origin, text }];
  });
}

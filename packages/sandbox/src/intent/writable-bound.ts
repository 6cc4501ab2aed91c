import { MAX_WRITABLE_DIRECTORIES } from '../limits.js';
import type { PathRule } from '../policy/path-rule.js';
import { listOf, nameOf, type ProfileSource } from '../policy/rule-origin.js';
import { refuse } from '../refuse.js';

/** Each of them has names that are to be protected: what no launch can hold takes long to plan. */
export function refuseManyWritable(rules: readonly PathRule[], source: ProfileSource): void {
  const isWritable = ({ access, kind, isShared }: PathRule): boolean =>
    access === 'write' && kind === 'directory' && !isShared;
  const count = rules.filter(isWritable).length;
  if (count > MAX_WRITABLE_DIRECTORIES)
    refuse(
      nameOf(listOf(source)),
      `they let ${count} directories be written, more than ${MAX_WRITABLE_DIRECTORIES}; name directories further up instead`,
    );
}

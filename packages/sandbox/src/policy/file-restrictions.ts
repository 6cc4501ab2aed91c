import { parentOf } from '../files/paths.js';
import { indexRules } from './access.js';
import type { PathRule } from './path-rule.js';

/**
 * Rules that keep files from a command: they are denied, or read-only in something that may be written. One that stands in for a
 * missing file counts; a directory does not, nor what may never answer and so is not looked at.
 * @param rules One for each path, none that says what the next one above says.
 */
export function fileRestrictions(rules: readonly PathRule[]): readonly PathRule[] {
  const index = indexRules(rules);
  return rules.filter(
    (rule) =>
      isFile(rule) &&
      rule.isUnseen !== true &&
      (rule.access === 'deny' || (rule.access === 'read' && index.accessAt(parentOf(rule.path)) === 'write')),
  );
}

function isFile({ kind, placeholderText }: PathRule): boolean {
  return kind === 'file' || (kind === 'missing' && placeholderText !== undefined);
}

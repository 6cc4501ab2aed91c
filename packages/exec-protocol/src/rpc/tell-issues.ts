import type * as z from 'zod';
import { MAX_TOLD_ISSUES } from '../bounded-issues.js';
import { MESSAGE_CHARACTERS } from '../errors.js';
import { shortened } from '../shortened.js';

/** Of a name in a path to what is wrong. */
const NAME_CHARACTERS = 256;

/**
 * What is wrong with something that came, as a message that travels whole: its first issues, and how many more there are.
 * @param before What the message begins with.
 */
export function tellIssues(
  error: z.core.$ZodError,
  describe: (issue: z.core.$ZodIssue) => string,
  before = '',
): string {
  const { issues } = error;
  const told = issues.slice(0, MAX_TOLD_ISSUES).map(describe);
  if (issues.length > MAX_TOLD_ISSUES) told.push(`and ${String(issues.length - MAX_TOLD_ISSUES)} more`);
  return shortened(`${before}${told.join('; ')}`, MESSAGE_CHARACTERS);
}

/** Where an issue is, by the names that lead there. */
export function placeOfIssue(issue: z.core.$ZodIssue): string {
  return issue.path.map((name) => shortened(String(name), NAME_CHARACTERS)).join('.');
}

import { placeOfIssue } from '@holdfast/exec-protocol';
import type * as z from 'zod';

/** What is wrong with one place of something that came over the wire, and what to do about it. */
export function describeIssue(issue: z.core.$ZodIssue, root: string): string {
  const place = issue.path.length === 0 ? root : `${root}.${placeOfIssue(issue)}`;
  switch (issue.code) {
    case 'unrecognized_keys':
      return `${place}: ${issue.keys.join(', ')}: not known here, and what is not known cannot be enforced; leave it out`;
    case 'invalid_union':
      return `${place}: must be one of ${variants(issue)}`;
    case 'invalid_value':
      // What a schema says of its own accord knows the remedy.
      return issue.message.startsWith('Invalid option')
        ? `${place}: must be one of ${issue.values.map(String).join(', ')}`
        : `${place}: ${lowerFirst(issue.message)}`;
    case 'invalid_type':
      return `${place}: must be ${issue.expected}`;
    default:
      return `${place}: ${lowerFirst(issue.message)}`;
  }
}

function lowerFirst(message: string): string {
  return `${message.slice(0, 1).toLowerCase()}${message.slice(1)}`;
}

function variants(issue: z.core.$ZodIssue & { readonly code: 'invalid_union' }): string {
  const options = 'options' in issue && Array.isArray(issue.options) ? issue.options : [];
  return options.map(String).join(', ');
}

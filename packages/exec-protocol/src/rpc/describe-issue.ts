import type * as z from 'zod';
import { placeOfIssue } from './tell-issues.js';

/** What is wrong with one field of a message, for whoever sent it. Texts are not shown: they may be secrets. */
export function describeIssue(issue: z.core.$ZodIssue): string {
  const field = issue.path.length === 0 ? 'params' : placeOfIssue(issue);
  if (issue.code === 'invalid_type') return `${field}: ${describeType(issue.expected, issue.input)}`;
  return `${field}: ${issue.message.slice(0, 1).toLowerCase()}${issue.message.slice(1)}`;
}

const NOUNS: Readonly<Record<string, string>> = {
  int: 'an integer',
  array: 'an array',
  object: 'an object',
  record: 'an object',
};

function describeType(expected: string, value: unknown): string {
  const noun = NOUNS[expected] ?? `a ${expected}`;
  return value === undefined ? `is required, as ${noun}` : `must be ${noun}, is ${nounOf(value)}`;
}

function nounOf(value: unknown): string {
  if (value === null || typeof value === 'number') return String(value);
  const type = Array.isArray(value) ? 'array' : typeof value;
  return NOUNS[type] ?? `a ${type}`;
}

import type { SeatbeltProfile } from '../profile.js';
import { type Form, readForms } from './check-profile.js';

/** What a profile says to an operation on a path, as the rules of its language have it. */
export function judge({ text, parameters }: SeatbeltProfile, operation: string, path: string): string {
  const forms = readForms(text);
  if (typeof forms === 'string') throw new Error(forms);
  let verdict = 'deny';
  let isByName = false;
  for (const form of forms) {
    if (typeof form === 'string') continue;
    const [what, ...rest] = form;
    const operations = rest.filter((part) => typeof part === 'string');
    const filters = rest.slice(operations.length);
    // A rule for an operation by its own name is not undone by a later one for all of its kind.
    const named = operations.includes(operation);
    const held =
      named || operations.some((one) => one.endsWith('*') && operation.startsWith(one.slice(0, -1)));
    if (!held || (isByName && !named) || !filters.some((filter) => fits(filter, path, parameters))) continue;
    verdict = String(what);
    isByName ||= named;
  }
  return verdict;
}

function fits(filter: Form, path: string, parameters: SeatbeltProfile['parameters']): boolean {
  const [kind, value] = typeof filter === 'string' ? [] : filter;
  if (kind === 'regex') return new RegExp(String(value).slice(2, -1), 'u').test(path);
  const at = textOf(value ?? '', parameters);
  if (kind === 'literal') return path === at;
  return kind === 'subpath' && (path === at || path.startsWith(at === '/' ? '/' : `${at}/`));
}

function textOf(value: Form, parameters: SeatbeltProfile['parameters']): string {
  const text = typeof value === 'string' ? value : value[1];
  const unquoted = String(text).slice(1, -1);
  return typeof value === 'string' ? unquoted : (parameters[unquoted] ?? '');
}

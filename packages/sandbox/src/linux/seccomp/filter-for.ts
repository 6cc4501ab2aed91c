import { compileFilter } from './compile-filter.js';
import { FILTER_RULES, RESTRICTED_FILE_RULES } from './filter-rules.js';
import type { Architecture } from './syscalls.js';

/** The filter of a sandbox, which is compiled once. */
export function filterFor(architecture: Architecture, restrictsFiles: boolean): Uint8Array {
  const key = `${architecture} ${String(restrictsFiles)}`;
  const filter =
    filters.get(key) ?? compileFilter(architecture, restrictsFiles ? RESTRICTED_FILE_RULES : FILTER_RULES);
  filters.set(key, filter);
  return filter;
}

const filters = new Map<string, Uint8Array>();

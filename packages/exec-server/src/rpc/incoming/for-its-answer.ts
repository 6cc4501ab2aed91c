import type { RequestSpec } from '@holdfast/exec-protocol';

const PROCESS_QUESTIONS: readonly string[] = ['process/read', 'process/list'];

/**
 * Whether a request does nothing but to be answered, so that there is no use in it when nobody hears the answer. What changes
 * something is carried out, and so is what only other requests build on, as `session/replay` is.
 */
export function isForItsAnswer({ family, method, mutates }: RequestSpec): boolean {
  if (mutates === true) return false;
  return family === 'environment' || family === 'fs' || PROCESS_QUESTIONS.includes(method);
}

import { parsePathUri } from '@holdfast/exec-protocol';
import { refuse } from '../refuse.js';

const encoder = new TextEncoder();

/**
 * The executor's path that a URI of an intent names.
 * @throws ExecError `sandboxUnsupported` where it is relative, foreign, or no text: the wrapper takes its paths as words.
 */
export function nativePath(uri: string, origin: string): string {
  const parsed = parsePathUri(uri, 'posix');
  if (!parsed.ok) return refuse(origin, parsed.message);
  const isText = Buffer.from(parsed.bytes).equals(encoder.encode(parsed.path));
  return isText
    ? parsed.path
    : refuse(origin, `the path ${uri} is not UTF-8 and cannot be named to the sandbox; rename it`);
}

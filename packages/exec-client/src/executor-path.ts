import {
  type EnvironmentInfo,
  ExecError,
  formatPathUri,
  type PathStyle,
  type PathUri,
  parsePathUri,
} from '@holdfast/exec-protocol';

/**
 * The URI of what a caller named: an absolute path of the executor, or a `file:` URI.
 * @param field What the caller calls it, for the error.
 * @throws ExecError `invalidPath` for what the executor cannot have.
 */
export function executorUri(path: string, executor: EnvironmentInfo, field: string): PathUri {
  const style = pathStyleOf(executor);
  if (/^file:/i.test(path)) {
    const parsed = parsePathUri(path, style);
    if (parsed.ok) return parsed.uri;
    throw new ExecError('invalidPath', `${field}: ${parsed.message}`);
  }
  try {
    return formatPathUri(path, style);
  } catch (error) {
    const reason = error instanceof RangeError ? error.message : 'it is no path of the executor';
    throw new ExecError('invalidPath', `${field} ${JSON.stringify(path)}: ${reason}`, { cause: error });
  }
}

/** The path that a URI of the executor names, as its own programs write it. */
export function executorPath(uri: string, executor: EnvironmentInfo): string {
  const parsed = parsePathUri(uri, pathStyleOf(executor));
  if (parsed.ok) return parsed.path;
  throw new ExecError('internal', `the server named a path that it cannot have: ${parsed.message}`);
}

function pathStyleOf({ platformOs }: EnvironmentInfo): PathStyle {
  return platformOs === 'windows' ? 'windows' : 'posix';
}

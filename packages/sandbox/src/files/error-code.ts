/** The code of an error about a name whose bytes are no UTF-8. */
export const NOT_TEXT = 'EILSEQ';

/** The code of an error of the system, such as ENOENT; undefined for any other error. */
export function errorCode(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error ? String(error.code) : undefined;
}

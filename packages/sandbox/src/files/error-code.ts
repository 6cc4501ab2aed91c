/** The code of an error about a name whose bytes are no UTF-8. */
export const NOT_TEXT = 'EILSEQ';

/** The code of an error of the system, such as ENOENT; undefined for any other error. */
export function errorCode(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error ? String(error.code) : undefined;
}

/** An error as the system gives them. */
export function systemError(code: string, message: string, options?: ErrorOptions): Error {
  return Object.assign(new Error(message, options), { code });
}

/** Whether this program, or the whole machine, has no descriptor left: what fails by that says nothing of what it was asked about. */
export function lacksDescriptors(error: unknown): boolean {
  return NO_DESCRIPTOR.has(errorCode(error));
}

const NO_DESCRIPTOR: ReadonlySet<string | undefined> = new Set(['EMFILE', 'ENFILE']);

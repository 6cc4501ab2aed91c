import { ExecError } from '@holdfast/exec-protocol';

/** The file system is not what it was when a plan looked at it; one that is made now knows what is there. */
export class StalePlan extends ExecError {
  /** @param origin What asked for the path. */
  constructor(
    path: string,
    change: 'has gone' | 'was replaced' | 'came up',
    origin = 'sandbox',
    options?: ErrorOptions,
  ) {
    super(
      'sandboxUnsupported',
      `${origin}: ${path} ${change} while the sandbox was planned; try again`,
      options,
    );
  }
}

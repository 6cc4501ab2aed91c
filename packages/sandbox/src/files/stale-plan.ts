import { ExecError } from '@holdfast/exec-protocol';

/** The file system is not what it was when a plan looked at it; one that is made now knows what is there. */
export class StalePlan extends ExecError {
  /** What has happened, without what can be done about it. */
  readonly problem: string;

  /** Where it has; undefined where nobody can name that. */
  readonly path: string | undefined;

  /** @param subject A canonical path, or what it was in words. @param origin What asked for it. */
  constructor(
    subject: string,
    change:
      | 'has gone'
      | 'was replaced'
      | 'was moved'
      | 'was closed'
      | 'came up'
      | 'could not be opened'
      | 'could not be closed',
    origin = 'sandbox',
    options?: ErrorOptions,
  ) {
    const problem = `${origin}: ${subject} ${change} while the sandbox was planned`;
    super('sandboxUnsupported', `${problem}; try again`, options);
    this.problem = problem;
    this.path = subject.startsWith('/') ? subject : undefined;
  }
}

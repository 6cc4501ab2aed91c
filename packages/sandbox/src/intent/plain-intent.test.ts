import { ExecError } from '@holdfast/exec-protocol';
import { expect, test } from 'vitest';
import { plainIntent } from './plain-intent.js';

test.each(['write', 'read', 'deny'] as const)(
  'an empty path does not stand for the working directory: %s',
  (access) => {
    expect(() => plainIntent({ [access]: ['/srv', ''] })).toThrow(
      new ExecError(
        'sandboxUnsupported',
        `${access}: a path is empty; name one, such as . for the working directory`,
      ),
    );
  },
);

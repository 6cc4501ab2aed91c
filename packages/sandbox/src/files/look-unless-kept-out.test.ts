import { ExecError } from '@holdfast/exec-protocol';
import { expect, test } from 'vitest';
import { lookUnlessKeptOut } from './look-unless-kept-out.js';
import { StalePlan } from './stale-plan.js';
import { fakeFiles } from './testing/fake-files.js';

function failing(error: Error): ReturnType<typeof lookUnlessKeptOut> {
  const look = (): never => {
    throw error;
  };
  return lookUnlessKeptOut('/srv/x', { look });
}

test('what is there, what is not, and where this user does not get', () => {
  const files = fakeFiles({ '/srv/x': { text: '' } });
  expect([lookUnlessKeptOut('/srv/x', files), lookUnlessKeptOut('/srv/y', files)]).toEqual([
    files.look('/srv/x'),
    'missing',
  ]);
  const keptOut = ['EACCES', 'ELOOP', 'ENOTCONN'].map((code) =>
    failing(Object.assign(new Error(), { code })),
  );
  expect(new Set(keptOut)).toEqual(new Set(['keptOut']));
});

test('what fails otherwise is told, and what is about the plan stays what it is', () => {
  expect(() => failing(Object.assign(new Error('bad disk'), { code: 'EIO' }))).toThrow(
    new ExecError(
      'sandboxUnsupported',
      'sandbox: /srv/x cannot be looked at (EIO), so that it is unknown what a command would see there; mend what is mounted there, or unmount it',
    ),
  );
  for (const error of [new ExecError('limitExceeded', 'no time left'), new StalePlan('/srv/x', 'has gone')]) {
    expect(() => failing(error)).toThrow(error);
  }
});

import { ExecError } from '@holdfast/exec-protocol';
import { expect, test } from 'vitest';
import { messageOf } from './complain.js';

const LACK = Object.assign(new Error('EMFILE: too many open files'), { code: 'EMFILE' });

test('a lack of descriptors is told with what helps, whatever error tells of it, and once', () => {
  const remedy = 'allow this program more descriptors, such as 1024 (ulimit -n)';
  const refused = new ExecError('sandboxUnsupported', 'sandbox: /ws/.envrc cannot be kept (EMFILE)', {
    cause: LACK,
  });
  expect([
    messageOf(LACK),
    messageOf(refused),
    messageOf(new Error(messageOf(LACK), { cause: LACK })),
    messageOf(new Error('another', { cause: new Error('one') })),
    messageOf('text'),
  ]).toEqual([
    `${LACK.message}; ${remedy}`,
    `${refused.message}; ${remedy}`,
    `${LACK.message}; ${remedy}`,
    'another',
    'text',
  ]);
});

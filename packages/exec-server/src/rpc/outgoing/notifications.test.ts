import type { ExtensionName } from '@holdfast/exec-protocol';
import { expect, test } from 'vitest';
import { KeptAnswers } from '../../session/kept-answers.js';
import { createNotificationSink, type NotificationSink } from './notifications.js';

function sinkOf(...extensions: ExtensionName[]): NotificationSink {
  return createNotificationSink({
    has: (extension) => extensions.includes(extension),
    onInitialized: () => undefined,
    processes: () => {
      throw new Error('nobody asks for processes here');
    },
    answers: () => new KeptAnswers(),
  });
}

test.each([
  ['unknown', 'no/such', {}, '"no/such" is not a notification that this server takes'],
  ['inherited', 'toString', {}, '"toString" is not a notification that this server takes'],
  ['a request', 'process/start', {}, '"process/start" is not a notification that this server takes'],
  [
    'of an extension that was not agreed on',
    'process/window',
    { processId: 'p', ackSeq: 0, windowBytes: 1 },
    '"process/window" is not a notification that this server takes',
  ],
])('a notification that is %s is not taken', (_what, method, params, message) => {
  expect(() => {
    sinkOf('replay')(method, params);
  }).toThrow(message);
});

test('a notification with wrong parameters is not taken, and the right ones are', () => {
  const take = sinkOf('replay');
  expect(() => {
    take('session/acknowledge', { upToId: 'x', unanswered: [] });
  }).toThrow('session/acknowledge: upToId');
  take('session/acknowledge', { upToId: 1, unanswered: [] });
  take('initialized', null);
});

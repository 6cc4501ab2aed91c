import { expect, test } from 'vitest';
import { parseParams } from '../rpc/route.js';
import { sandboxAppeared, understoodAppeared } from './sandbox-appeared.js';

test('of what has appeared, what this build does not know is passed over, while the count stays', () => {
  const repository = { kind: 'repository', path: 'file:///srv/x', text: 'a new repository' } as const;
  const told = parseParams(sandboxAppeared, {
    processId: 'p',
    found: [{ ...repository, kind: 'oracle' }, { kind: 'gitLink' }, {}, { ...repository, since: 'today' }],
    more: 7,
  });
  expect([told.processId, understoodAppeared(told)]).toEqual(['p', { found: [repository], more: 7 }]);
});

test('that nobody has looked is understood', () => {
  const report = { found: [], more: 0, unseen: 'too many looks wait' };
  expect(understoodAppeared(parseParams(sandboxAppeared, { processId: 'p', ...report }))).toEqual(report);
});

test.each([[{ more: 0 }], [{ found: {}, more: 0 }], [{ found: [] }], [{ found: [], more: -1 }]])(
  'a report without a list or a count is none: %j',
  (told) => {
    expect(() => parseParams(sandboxAppeared, { processId: 'p', ...told })).toThrow(
      expect.objectContaining({ kind: 'invalidParams' }) as Error,
    );
  },
);

import {
  asConnectionId,
  KEPT_ANSWERS_BYTES,
  MAX_SESSIONS,
  OWN_KEPT_ANSWERS_BYTES,
  SHARED_KEPT_ANSWERS_BYTES,
} from '@holdfast/exec-protocol';
import { expect, test } from 'vitest';
import { PRINCIPAL } from '../process/testing/idle-process.js';
import { createTestHost } from '../process/testing/process-host.js';
import type { Attachment } from './session.js';
import { type SessionOwner, SessionRegistry } from './session-registry.js';

const OWNER: SessionOwner = { principal: PRINCIPAL, isResumable: true };

const ATTACHMENT: Attachment = {
  connection: asConnectionId('here'),
  clientInstance: undefined,
  hearsAppeared: false,
  onNews: () => undefined,
  probe: () => undefined,
};

test('one session beyond what a server takes is refused, and opened once another has been closed', async () => {
  await using host = createTestHost();
  const registry = new SessionRegistry(host);
  const sessions = Array.from({ length: MAX_SESSIONS }, () => registry.open(OWNER, ATTACHMENT));
  expect(() => registry.open(OWNER, ATTACHMENT)).toThrow(
    expect.objectContaining({
      kind: 'limitExceeded',
      message: `this server has ${String(MAX_SESSIONS)} sessions; close one first`,
    }) as Error,
  );
  const [first] = sessions;
  if (first !== undefined) await registry.close(first);
  expect([registry.open(OWNER, ATTACHMENT).id === first?.id, registry.size]).toEqual([false, MAX_SESSIONS]);
  await registry.closeAll();
});

test('all sessions have one bound for what they keep for repeats, which a session leaves to others when it ends', async () => {
  await using host = createTestHost();
  const registry = new SessionRegistry(host);
  const content = 'x'.repeat(KEPT_ANSWERS_BYTES / 2);
  const sessions = Array.from({ length: 1 + SHARED_KEPT_ANSWERS_BYTES / KEPT_ANSWERS_BYTES }, () =>
    registry.open(OWNER, ATTACHMENT),
  );
  for (const session of sessions) await session.answers('one').once(1, '', () => Promise.resolve(content));
  const late = registry.open(OWNER, ATTACHMENT).answers('one');
  await late.once(1, '', () => Promise.resolve(content.slice(0, OWN_KEPT_ANSWERS_BYTES / 2)));
  expect(() => late.once(2, '', () => Promise.resolve('more'))).toThrow(
    expect.objectContaining({ kind: 'limitExceeded' }) as Error,
  );
  for (const session of sessions.slice(-2)) await registry.close(session);
  expect(await late.once(2, '', () => Promise.resolve('more'))).toBe('more');
  await registry.closeAll();
});

import { asConnectionId, MAX_SESSIONS } from '@holdfast/exec-protocol';
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

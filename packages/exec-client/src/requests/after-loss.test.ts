import { REQUESTS } from '@holdfast/exec-protocol';
import { expect, test } from 'vitest';
import { afterLoss } from './after-loss.js';

test('where the server carries repeats out once, everything is repeated but what goes elsewhere', () => {
  const { 'http/request': http, ...others } = REQUESTS;
  expect(new Set(Object.values(others).map((spec) => afterLoss(spec, true)))).toEqual(new Set(['repeat']));
  expect(afterLoss(http, true)).toBe('giveUp');
});

test('elsewhere only what changes nothing is repeated, and writes, which the server knows again', () => {
  const table = Object.fromEntries(
    Object.values(REQUESTS).map((spec) => [spec.method, afterLoss(spec, false)]),
  );
  expect(table).toEqual({
    initialize: 'repeat',
    'session/close': 'giveUp',
    'session/replay': 'repeat',
    'environment/info': 'repeat',
    'environment/status': 'repeat',
    'process/start': 'giveUpAndTerminate',
    'process/read': 'repeat',
    'process/write': 'repeat',
    'process/closeStdin': 'giveUp',
    'process/signal': 'giveUp',
    'process/terminate': 'giveUp',
    'process/resize': 'giveUp',
    'process/list': 'repeat',
    'process/attach': 'giveUp',
    'process/detach': 'giveUp',
    'environmentConfig/read': 'repeat',
    'capabilityRoots/discoverV1': 'repeat',
    'capabilities/discoverV2': 'repeat',
    'fs/readFile': 'repeat',
    'fs/writeFile': 'giveUp',
    'fs/createDirectory': 'giveUp',
    'fs/getMetadata': 'repeat',
    'fs/canonicalize': 'repeat',
    'fs/readDirectory': 'repeat',
    'fs/walk': 'repeat',
    'fs/remove': 'giveUp',
    'fs/copy': 'giveUp',
    'fs/open': 'giveUp',
    'fs/readBlock': 'repeat',
    'fs/writeBlock': 'giveUp',
    'fs/close': 'giveUp',
    'fs/watchMissing': 'repeat',
    'fs/list': 'repeat',
    'fs/symlink': 'giveUp',
    'fs/setPermissions': 'giveUp',
    'fs/digest': 'repeat',
    'fs/rename': 'giveUp',
    'http/request': 'giveUp',
  });
});

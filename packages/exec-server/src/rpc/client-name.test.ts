import { MAX_LOGGED_NAME_CHARACTERS } from '@holdfast/exec-protocol';
import { expect, test } from 'vitest';
import { CoreWorld } from '../testing/core-world.js';

test('the log has the beginning of a long name of a client, which is served all the same', async () => {
  await using world = new CoreWorld();
  const most = 'x'.repeat(MAX_LOGGED_NAME_CHARACTERS);
  const cut = most.slice(1);
  for (const clientName of [
    '',
    'codex-environment',
    most,
    `${most}y`,
    `${cut}\u{1F600}`,
    'z'.repeat(1_000_000),
  ]) {
    const { error } = await world.connect().initialize({ clientName });
    expect(error).toBeUndefined();
  }
  expect(world.infos).toMatchObject(
    ['', 'codex-environment', most, most, cut, 'z'.repeat(MAX_LOGGED_NAME_CHARACTERS)].map((client) => ({
      client,
    })),
  );
});

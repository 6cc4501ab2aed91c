import { capabilitiesDiscover, capabilityRootsDiscover } from '@holdfast/exec-protocol';
import { expect, test } from 'vitest';
import { FakeServer } from './testing/fake-server.js';

test('installed capabilities are asked for with the directory that the executor works in', async () => {
  const server = new FakeServer();
  server.on(capabilitiesDiscover, () => ({ plugins: [], skills: [], warnings: ['w'] }));
  await using client = await server.connect();
  expect(await client.capabilities()).toEqual({ plugins: [], skills: [], warnings: ['w'] });
  expect(server.paramsOf('capabilities/discoverV2')).toEqual([{ cwd: 'file:///srv' }]);
});

test('directories are asked for by URI and answered under the names that they were given', async () => {
  const server = new FakeServer();
  server.on(capabilityRootsDiscover, ({ roots }) => ({
    roots: roots.map(({ id, path }) => ({ id, path, skills: [], namespaceManifests: [], warnings: [] })),
  }));
  await using client = await server.connect();
  const found = await client.capabilitiesBelow(['/a b', 'file:///c']);
  expect(found.map(({ id, path }) => [id, path])).toEqual([
    ['/a b', 'file:///a%20b'],
    ['file:///c', 'file:///c'],
  ]);
});

test('a directory that the executor cannot have is refused before anything is sent', async () => {
  const server = new FakeServer();
  await using client = await server.connect();
  await expect(client.capabilitiesBelow(['/a', 'b'])).rejects.toMatchObject({ kind: 'invalidPath' });
  expect(server.paramsOf('capabilityRoots/discoverV1')).toEqual([]);
});

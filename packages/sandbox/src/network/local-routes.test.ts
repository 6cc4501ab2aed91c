import { expect, test } from 'vitest';
import { hasLocalRoute, readLocalRoutes } from './local-routes.js';

const NOTHING = '0'.repeat(32);

/** A line of the table. */
function route(destination: string, length: string, flags: string): string {
  return [
    destination,
    length,
    NOTHING,
    '00',
    NOTHING,
    '00000400',
    '00000001',
    '00000000',
    flags,
    '      lo',
  ].join(' ');
}

const TABLE = [
  route('2a000001000000000000000000000000', '40', '00200200'),
  route('2a000002000000000000000000000000', '40', '80000001'),
  route('2a000003000000000000000000000007', '80', '80200001'),
  route('2a000004000000000000000000000000', '40', '80000000'),
  route(NOTHING, '00', '80000001'),
  '',
].join('\n');

test.each([
  ['in a network that is routed to this machine', '2a00:2::7', true],
  ['that is routed to it alone', '2a00:3::7', true],
  ['beside that one', '2a00:3::8', false],
  ['in a network of an interface', '2a00:1::7', false],
  ['in one that is routed nowhere now', '2a00:4::7', false],
  ['of IPv4', '93.184.216.34', false],
  ['without zeros that are left out', '2a00:2:0:0:1:2:3:4', true],
])('an address %s', (_, address, isLocal) => {
  expect(hasLocalRoute(readLocalRoutes(TABLE), address)).toBe(isLocal);
});

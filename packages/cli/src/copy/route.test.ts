import { expect, test } from 'vitest';
import { nameOf, routeOf, within } from './route.js';

test.each([
  ['a', ':/b', { direction: 'upload', from: 'a', to: '/b' }],
  [':/b', 'a', { direction: 'download', from: '/b', to: 'a' }],
  ['./:odd', ':/b', { direction: 'upload', from: './:odd', to: '/b' }],
])('%s to %s goes one way', (source, destination, route) => {
  expect(routeOf(source, destination)).toEqual(route);
});

test.each([
  ['a', 'b', /"a" and "b" are both on this machine; a leading colon marks the executor's side/],
  [':/a', ':/b', /are both on the executor; use "holdfast run -- cp"/],
  [':', 'b', /a path is empty/],
  ['', ':/b', /a path is empty/],
])('%j to %j is refused with a remedy', (source, destination, message) => {
  expect(() => routeOf(source, destination)).toThrow(message);
});

test.each([
  [routeOf('some/dir/', ':/x'), 'dir'],
  [routeOf(':/some/dir/', 'x'), 'dir'],
  [routeOf(':C:\\some\\file', 'x'), 'file'],
  [routeOf(':file:///some/with%20blank', 'x'), 'with blank'],
])('%j is called %j', (route, name) => {
  expect(nameOf(route)).toBe(name);
});

test.each([':/', ':/some/..', ':file:///not/utf8/%FF'])('%s has no name to be put under', (source) => {
  expect(() => nameOf(routeOf(source, 'x'))).toThrow(/name the destination in full/);
});

test('what is put into a directory lies there', () => {
  expect([within('/a', 'b'), within('/a/', 'b')]).toEqual(['/a/b', '/a/b']);
});

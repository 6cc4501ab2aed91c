import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { MAX_PATH_URI_LENGTH } from './limits.js';
import { containsPath, formatPathUri, joinPathUri, type PathStyle, parsePathUri } from './path-uri.js';

const wellFormed = fc.string({ unit: 'binary', minLength: 1, maxLength: 12 });

const posixName = wellFormed
  .map((name) => name.replaceAll(/[/\0]/g, '_'))
  .filter((name) => name !== '.' && name !== '..');
const windowsName = wellFormed
  .map((name) => name.replaceAll(/[/\\\0]/g, '_'))
  .filter((name) => name !== '.' && name !== '..');
const drive = fc.constantFrom('C:', 'D:', 'Z:');

const posixPath = fc
  .array(fc.oneof(posixName, drive), { maxLength: 5 })
  .map((names) => `/${names.join('/')}`);
const windowsPath = fc.oneof(
  fc
    .tuple(drive, fc.array(windowsName, { maxLength: 5 }))
    .map(([root, names]) => `${root}\\${names.join('\\')}`),
  fc
    .tuple(
      fc.constantFrom('host', 'build-7.example', '10.0.0.1', 'localhost'),
      windowsName.filter((name) => !/^[A-Za-z]:$/.test(name)),
      fc.array(windowsName, { maxLength: 5 }),
    )
    .map(([host, share, names]) => `\\\\${[host, share, ...names].join('\\')}`),
);

function pathOf(text: string, style: PathStyle): string {
  const parsed = parsePathUri(text, style);
  return parsed.ok ? parsed.path : parsed.reason;
}

function uriOf(text: string, style: PathStyle = 'posix'): ReturnType<typeof formatPathUri> {
  const parsed = parsePathUri(text, style);
  if (!parsed.ok) throw new Error(parsed.message);
  return parsed.uri;
}

describe('reading a POSIX path URI', () => {
  test('yields the canonical URI, the path and its bytes', () => {
    expect(parsePathUri('FILE://localhost/srv//a%20b/./x/../', 'posix')).toEqual({
      ok: true,
      uri: 'file:///srv/a%20b',
      path: '/srv/a b',
      bytes: new TextEncoder().encode('/srv/a b'),
    });
  });

  test.each([
    ['file:///srv/a%20b', '/srv/a b'],
    ['file:/srv', '/srv'],
    ['FILE:///srv', '/srv'],
    ['file://localhost/srv', '/srv'],
    ['file://LOCALHOST/srv', '/srv'],
    ['file:///srv/', '/srv'],
    ['file:///srv/../etc', '/etc'],
    ['file:///../../etc', '/etc'],
    ['file:///srv/%2e%2E/etc', '/etc'],
    ['file:///srv%2F..%2Fetc', '/etc'],
    ['file://', '/'],
    ['file:///', '/'],
    ['file:/', '/'],
    ['file://localhost', '/'],
    ['file:///a b', '/a b'],
    ['file:///ü', '/ü'],
    ['file:///%C3%BC', '/ü'],
    ['file:///a\\b', '/a/b'],
    ['file:///a%5Cb', '/a\\b'],
    ['file:///C%3A/x', '/C:/x'],
    ['file:///C:x', '/C:x'],
    ['file:///srv/C:/x', '/srv/C:/x'],
    ['file:///%EF%BB%BFx', '/\uFEFFx'],
    ['file:///a%0Ab', '/a\nb'],
    ['file:///100%', '/100%'],
    ['file:///100%2', '/100%2'],
    ['file:///%zz%41', '/%zzA'],
    ['file:', '/'],
    ['file:srv', '/srv'],
  ])('accepts %j', (text, path) => {
    expect(pathOf(text, 'posix')).toBe(path);
  });

  test.each([
    ['', 'relative'],
    ['/srv', 'relative'],
    ['srv', 'relative'],
    ['http://h/x', 'scheme'],
    ['C:\\srv', 'scheme'],
    ['file://host/srv', 'foreign'],
    ['file://user@localhost/srv', 'foreign'],
    ['file:///C:/Users', 'foreign'],
    ['file:///c:', 'foreign'],
    ['file:///C|/Users', 'foreign'],
    ['file://C:/Users', 'foreign'],
    ['file:///srv?x', 'query'],
    ['file:///srv?x#y', 'query'],
    ['file:///srv#y?x', 'fragment'],
    ['file:///srv#', 'fragment'],
    ['file:///srv%00', 'nul'],
    ['file:///a\nb', 'malformed'],
    ['file:///\ud800', 'malformed'],
  ])('refuses %j as %s', (text, reason) => {
    expect(pathOf(text, 'posix')).toBe(reason);
  });

  test('says what is wrong and what to do', () => {
    expect(parsePathUri('/srv', 'posix')).toEqual({
      ok: false,
      reason: 'relative',
      message: 'path URI "/srv" has no scheme; send an absolute URI such as file:///srv',
    });
  });

  test('quotes no more than the start of a long text', () => {
    expect(parsePathUri('x'.repeat(MAX_PATH_URI_LENGTH), 'posix')).toEqual({
      ok: false,
      reason: 'relative',
      message: `path URI "${'x'.repeat(200)}" has no scheme; send an absolute URI such as file:///srv`,
    });
  });

  test.each(['posix', 'windows'] as const)('refuses a longer text than a path of %s can need', (style) => {
    const longest = `file:///C:/${'a/'.repeat(MAX_PATH_URI_LENGTH)}`.slice(0, MAX_PATH_URI_LENGTH);
    expect(pathOf(longest, 'windows')).toBe(`C:\\${longest.slice(11).replaceAll('/', '\\')}`);
    expect(parsePathUri(`${longest}a`, style)).toEqual({
      ok: false,
      reason: 'malformed',
      message: `path URI "${longest.slice(0, 200)}" has more than 65536 characters, and no file has such a path`,
    });
  });

  test('keeps the bytes of a name that is not UTF-8', () => {
    expect(parsePathUri('file:///a%FFb', 'posix')).toEqual({
      ok: true,
      uri: 'file:///a%FFb',
      path: '/a\uFFFDb',
      bytes: Uint8Array.of(0x2f, 0x61, 0xff, 0x62),
    });
  });
});

describe('reading a Windows path URI', () => {
  test.each([
    ['file:///C:/x', 'C:\\x', 'file:///C:/x'],
    ['file:///c%3A/x', 'C:\\x', 'file:///C:/x'],
    ['file:///c:', 'C:\\', 'file:///C:/'],
    ['file:///C:/a/../..', 'C:\\', 'file:///C:/'],
    ['file:///C:/a%5C..%5Cb', 'C:\\b', 'file:///C:/b'],
    ['file://localhost/C:/x', 'C:\\x', 'file:///C:/x'],
    ['file://C:/x', 'C:\\x', 'file:///C:/x'],
    ['file://C:', 'C:\\', 'file:///C:/'],
    ['file://HOST/share/a%20b', '\\\\host\\share\\a b', 'file://host/share/a%20b'],
    ['file://host/share/..', '\\\\host\\share', 'file://host/share'],
    ['file:\\\\host\\share', '\\\\host\\share', 'file://host/share'],
  ])('accepts %j', (text, path, uri) => {
    expect(parsePathUri(text, 'windows')).toEqual({
      ok: true,
      uri,
      path,
      bytes: new TextEncoder().encode(path),
    });
  });

  test.each([
    ['file:///srv', 'foreign'],
    ['file://', 'foreign'],
    ['file://host', 'foreign'],
    ['file://host/', 'foreign'],
    ['file://host/..', 'foreign'],
    ['file://host/C:/x', 'foreign'],
    ['file://a:b@host/share', 'foreign'],
    ['file:///C:/%FF', 'malformed'],
    ['file:///C:/%00', 'nul'],
    ['C:\\x', 'scheme'],
  ])('refuses %j as %s', (text, reason) => {
    expect(pathOf(text, 'windows')).toBe(reason);
  });
});

describe('writing a path URI', () => {
  test.each([
    ['/', 'posix', 'file:///'],
    ['/srv/sp ace#?.txt', 'posix', 'file:///srv/sp%20ace%23%3F.txt'],
    ['/100%/ü/"<>|\\^`{}[]', 'posix', 'file:///100%25/%C3%BC/%22%3C%3E%7C%5C%5E%60%7B%7D%5B%5D'],
    ["/!$&'()*+,;=:@-._~", 'posix', "file:///!$&'()*+,;=:@-._~"],
    ['/a\n\x7f', 'posix', 'file:///a%0A%7F'],
    ['/C:/x', 'posix', 'file:///C%3A/x'],
    ['//srv/./a/../b/', 'posix', 'file:///srv/b'],
    ['c:\\Program Files', 'windows', 'file:///C:/Program%20Files'],
    ['C:/x/y', 'windows', 'file:///C:/x/y'],
    ['\\\\Host\\Share$\\x', 'windows', 'file://host/Share$/x'],
  ] as const)('%j on %s becomes %s', (path, style, uri) => {
    expect(formatPathUri(path, style)).toBe(uri);
  });

  test('takes bytes that are not UTF-8', () => {
    expect(formatPathUri(Uint8Array.of(0x2f, 0xff, 0x20), 'posix')).toBe('file:///%FF%20');
  });

  test.each([
    ['srv', 'posix'],
    ['', 'posix'],
    ['/a\0', 'posix'],
    ['/\ud800', 'posix'],
    ['C:', 'windows'],
    ['C:x', 'windows'],
    ['\\x', 'windows'],
    ['\\\\host', 'windows'],
    ['\\\\?\\C:\\x', 'windows'],
    ['\\\\C:\\x', 'windows'],
    [Uint8Array.of(0x43, 0x3a, 0x5c, 0xff), 'windows'],
  ] as const)('%j is no absolute path on %s', (path, style) => {
    expect(() => formatPathUri(path, style)).toThrow(RangeError);
  });
});

describe('properties', () => {
  test.each([
    ['posix', posixPath],
    ['windows', windowsPath],
  ] as const)('any %s path survives the way to a URI and back', (style, paths) => {
    fc.assert(
      fc.property(paths, (path) => {
        const uri = formatPathUri(path, style);
        expect(uri).toMatch(/^file:\/\/[\x21-\x7e]*$/);
        expect(parsePathUri(uri, style)).toEqual({
          ok: true,
          uri,
          path,
          bytes: new TextEncoder().encode(path),
        });
      }),
    );
  });

  test('any POSIX bytes survive the way to a URI and back', () => {
    const name = fc
      .uint8Array({ min: 1, minLength: 1, maxLength: 6 })
      .filter((bytes) => !/^\.{1,2}$|\//.test(String.fromCharCode(...bytes)));
    fc.assert(
      fc.property(fc.array(name), (names) => {
        const bytes =
          names.length === 0
            ? Uint8Array.of(0x2f)
            : Uint8Array.from(names.flatMap((each) => [0x2f, ...each]));
        const parsed = parsePathUri(formatPathUri(bytes, 'posix'), 'posix');
        expect(parsed.ok && parsed.bytes).toEqual(bytes);
      }),
    );
  });

  test('whatever text comes in, what comes out is canonical and free of dots', () => {
    const piece = fc.constantFrom(
      'file:',
      '/',
      '\\',
      '..',
      '.',
      '%2e',
      '%2F',
      '%5C',
      'C:',
      'C|',
      '%3A',
      'host',
      'a',
      '%FF',
      '?',
      '#',
      '%',
    );
    fc.assert(
      fc.property(fc.array(piece), fc.constantFrom<PathStyle>('posix', 'windows'), (pieces, style) => {
        const parsed = parsePathUri(`file:${pieces.join('')}`, style);
        fc.pre(parsed.ok);
        expect(parsePathUri(parsed.uri, style)).toEqual(parsed);
        expect(formatPathUri(parsed.bytes, style)).toBe(parsed.uri);
        expect(parsed.path.split(style === 'posix' ? '/' : '\\')).not.toContain('..');
      }),
      { numRuns: 500 },
    );
  });

  test('a joined name stays below its base and is read back as it was given', () => {
    fc.assert(
      fc.property(posixPath, posixName, (path, name) => {
        const base = formatPathUri(path, 'posix');
        const joined = joinPathUri(base, name);
        expect(joined).toBe(formatPathUri(`${path}/${name}`, 'posix'));
        expect(containsPath(base, joined)).toBe(true);
        expect(containsPath(joined, base)).toBe(false);
      }),
    );
    fc.assert(
      fc.property(windowsPath, windowsName, (path, name) => {
        const base = formatPathUri(path, 'windows');
        const joined = joinPathUri(base, name);
        expect(joined).toBe(formatPathUri(`${path}\\${name}`, 'windows'));
        expect(containsPath(base, joined)).toBe(true);
        expect(containsPath(joined, base)).toBe(false);
      }),
    );
  });
});

describe('joining', () => {
  test('appends names and encodes them', () => {
    expect(joinPathUri(uriOf('file:///srv'), 'a b', 'c#')).toBe('file:///srv/a%20b/c%23');
  });

  test('without names it is the base', () => {
    expect(joinPathUri(uriOf('file:///'))).toBe('file:///');
  });

  test('hides a drive at the root of POSIX', () => {
    expect(joinPathUri(uriOf('file:///'), 'C:', 'x')).toBe('file:///C%3A/x');
  });

  test('takes a backslash for a character on POSIX and for a separator on Windows', () => {
    expect(joinPathUri(uriOf('file:///srv'), 'a\\b')).toBe('file:///srv/a%5Cb');
    expect(() => joinPathUri(uriOf('file:///C:/', 'windows'), 'a\\b')).toThrow(RangeError);
    expect(() => joinPathUri(uriOf('file://host/share', 'windows'), 'a\\b')).toThrow(RangeError);
  });

  test.each(['', '.', '..', 'a/b', '/', 'a\0', 'a\n/..', '\ud800'])('refuses the name %j', (name) => {
    expect(() => joinPathUri(uriOf('file:///srv'), 'fine', name)).toThrow(RangeError);
  });
});

describe('containment', () => {
  test.each([
    ['file:///srv', 'file:///srv', true],
    ['file:///srv', 'file:///srv/a', true],
    ['file:///srv', 'file:///srvx', false],
    ['file:///srv/a', 'file:///srv', false],
    ['file:///', 'file:///srv', true],
    ['file:///srv', 'file:///srv/a/../../etc', false],
    ['file:///srv', 'file:///SRV/a', false],
  ])('%s contains %s: %s', (parent, child, expected) => {
    expect(containsPath(uriOf(parent), uriOf(child))).toBe(expected);
  });

  test.each([
    ['file:///C:/', 'file:///c:/x', true],
    ['file:///C:/Users', 'file:///C:/USERS/x', true],
    ['file:///C:/%C3%84', 'file:///C:/%C3%A4/x', true],
    ['file:///C:/', 'file:///D:/x', false],
    ['file://host/share', 'file://HOST/Share/x', true],
    ['file://host/share', 'file://host/share2', false],
  ])('on Windows %s contains %s: %s', (parent, child, expected) => {
    expect(containsPath(uriOf(parent, 'windows'), uriOf(child, 'windows'))).toBe(expected);
  });
});

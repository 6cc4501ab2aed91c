import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { MAX_SMALL_FILE_BYTES } from '../limits.js';
import { type ConfigSetting, parseGitConfig } from './git-config.js';

const CONFIG = `# a comment = none
[core]
	bare = false
	hooksPath = .githooks ; where they are
	HOOKSPATH = "with # and ; in it"   # behind
[include] path = ../a\\"b
[includeIf "gitdir:~/[x]\\"y/"]
	path = one \\
two
[Filter "lfs"]
	clean = tool \\\\ "two  words"
[branch.old]
	merge=x
	flag
[alias]
	x = "!f() { echo \\"a\\tb\\"; }; f"
`;

/** What git itself reads, named as the parser names it; what has no value is left out. */
function readByGit(text: string): readonly ConfigSetting[] {
  const folder = mkdtempSync(path.join(tmpdir(), 'holdfast-config-'));
  try {
    const file = path.join(folder, 'config');
    writeFileSync(file, text);
    const command = ['config', '--file', file, '--no-includes', '--list', '-z'];
    const listed = execFileSync('git', command, { encoding: 'utf8', stdio: 'pipe' });
    return listed.split('\0').flatMap((line) => {
      const [name = '', ...value] = line.split('\n');
      const short = `${name.slice(0, name.indexOf('.'))}.${name.slice(name.lastIndexOf('.') + 1)}`;
      return value.length === 0 ? [] : [{ name: short, value: value.join('\n') }];
    });
  } finally {
    rmSync(folder, { recursive: true });
  }
}

describe('a config is read as git reads it:', () => {
  test('an ordinary one', () => {
    const ofGit = readByGit(CONFIG);
    expect(parseGitConfig(CONFIG)).toEqual(ofGit);
    expect(parseGitConfig(CONFIG.replaceAll('\n', '\r\n'))).toEqual(ofGit);
    expect(ofGit).toHaveLength(8);
  });

  test.each<[string, string]>([
    ['nothing', ''],
    ['a byte order mark', '\ufeff[core]\nx = 1\n'],
    ['no end of the last line', '[core]\nx = 1'],
    ['a backslash at the very end', '[core]\nx = a\\'],
    ['several on one line', '[a] x = 1\n[b]\ty=2 [c]\nz=3'],
    ['a section beside its comment', '[a] ; c\n[b] # d\nx = 1\n# [c]\ny = 2'],
    ['a subsection with brackets and escapes', '[a "x]\\"\\\\\\y[#;"]\nb = 1\n[a ""]\nc = 2\n[a\t \t"z"]d=3'],
    ['sections with dots', '[a.b.C]\nd = 1\n[A.]\ne = 2\n[f-1.2]\ng-2 = 3'],
    ['keys without a value', '[a]\nb\nc \nd ;\ne = 1\nf'.replace('d ;\n', '')],
    ['empty values', '[a]\nb =\nc = ""\nd = ; x\ne = \\\n\nf = "" ""'],
    ['quotes in the middle', '[a]\nb = x" y "z"" \'q " \' "'],
    ['blanks around and between', '[a]\nb =   x   y z  \nc = "  x " \nd="" x'],
    ['comments in and behind quotes', '[a]\nb = "x # y" # z " \\\nc = x;y\nd = "x";"'],
    ['escapes', '[a]\nb = \\t\\n\\b\\\\\\"x\nc = "\\t\\"\\\\"'],
    ['lines that go on', '[a]\nb = x\\\n  y \\\n\\\n z\nc = \\\n  x\nd = "x\\\n  y"\ne = x \\\n# y'],
    ['lines that go on, as of Windows', '[a]\r\nb = x\\\r\n  y\r\nc = 1\r\r\nd\r = 2'.replace('d\r', 'd')],
    ['other scripts', '[a "\u00e4\u{1f600}"]\nb = \u00a0\u{1f600}\u3000'],
    ['keys in capitals', '[CoRe "S.T"]\nhOOKSpath = X'],
    ['a zero byte', '[a]\nb = x\0y\nc = \0\nd = 1'],
  ])('%s', (_, text) => {
    expect(parseGitConfig(text)).toEqual(readByGit(text));
  });
});

test('what git does not understand is passed over', () => {
  const text = '\ufeff]\n[core\nx = 1\n[core]\n = 2\n"= 3\nhooksPath = "open\npager = less\n[x';
  expect(parseGitConfig(text)).toEqual([
    { name: '.x', value: '1' },
    { name: 'core.pager', value: 'less' },
  ]);
});

describe('a text that fills a file takes no time that grows with its square:', () => {
  // So many files at once: whatever goes back at each character would take minutes.
  const TIMES = 4;
  test.each<[string, string, string, number]>([
    ['brackets', '', '[', 0],
    ['blanks behind the dot of a section', '[a.', ' ', 0],
    ['blanks behind a section', '[a', ' ', 0],
    ['dots', '[', '.', 0],
    ['the name of a section', '[', 'a', 0],
    ['quotes behind a section', '[a ', '"', 0],
    ['a subsection', '[a "', '\\\\', 0],
    ['a key', '[a]\n', 'b', 0],
    ['blanks behind a key', '[a]\nb', ' ', 0],
    ['blanks', '', ' ', 0],
    ['blanks in a value', '[a]\nb=c', ' ', 1],
    ['blanks and letters', '[a]\nb=c', ' d', 1],
    ['lines that go on', '[a]\nb=c', ' \\\n', 1],
    ['quotes', '[a]\nb=', '""', 1],
    ['an open quote', '[a]\nb="', 'c', 0],
    ['open quotes', '[a]\n', 'b="\n', 0],
    ['escapes', '[a]\nb=', '\\"', 1],
    ['comments', '[a]\n', '#\n', 0],
    ['returns', '[a]', '\r', 0],
    ['zero bytes', '[a]\nb=c', '\0', 1],
  ])('%s', (_, start, unit, count) => {
    const units = Math.floor((MAX_SMALL_FILE_BYTES * TIMES - start.length) / unit.length);
    expect(parseGitConfig(start + unit.repeat(units))).toHaveLength(count);
  });
});

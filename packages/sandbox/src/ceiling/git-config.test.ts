import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, test } from 'vitest';
import { parseGitConfig } from './git-config.js';

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

test('a config is read as git reads it', () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'holdfast-config-'));
  try {
    const file = path.join(folder, 'config');
    writeFileSync(file, CONFIG);
    const listed = execFileSync('git', ['config', '--file', file, '--no-includes', '--list', '-z'], {
      encoding: 'utf8',
    });
    const ofGit = listed.split('\0').flatMap((line) => {
      const [name = '', ...value] = line.split('\n');
      const short = `${name.slice(0, name.indexOf('.'))}.${name.slice(name.lastIndexOf('.') + 1)}`;
      return value.length === 0 ? [] : [{ name: short, value: value.join('\n') }];
    });
    expect(parseGitConfig(CONFIG)).toEqual(ofGit);
    expect(parseGitConfig(CONFIG.replaceAll('\n', '\r\n'))).toEqual(ofGit);
    expect(ofGit).toHaveLength(8);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test('what git does not understand is passed over', () => {
  const text = '\ufeff]\n[core\nx = 1\n[core]\n = 2\n"= 3\nhooksPath = "open\npager = less\n[x';
  expect(parseGitConfig(text)).toEqual([
    { name: '.x', value: '1' },
    { name: 'core.hookspath', value: '' },
    { name: 'core.pager', value: 'less' },
  ]);
  const long = `[core]\nx = ${'"'.repeat(60_000)}`;
  expect(parseGitConfig(long)).toHaveLength(1);
  expect(parseGitConfig('['.repeat(60_000))).toEqual([]);
});

import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { outsideRun } from './world.js';

/** Fills a folder with what a registry of npm, an index of pip and a server of git would serve. */
export function furnishRegistry(root: string, origin: string): void {
  writeFileSync(path.join(root, 'hello'), 'hello\n');
  npmPackage(root, origin);
  gitRepository(root);
}

/** A wheel, and the index that lists it; needs Python. */
export function furnishPythonIndex(root: string): void {
  const folder = path.join(root, 'simple/demo');
  mkdirSync(folder, { recursive: true });
  const wheel = 'demo-1.0-py3-none-any.whl';
  execFileSync('python3', ['-c', MAKE_WHEEL, path.join(folder, wheel)]);
  writeFileSync(path.join(folder, 'index.html'), `<a href="${wheel}">${wheel}</a>`);
}

function npmPackage(root: string, origin: string): void {
  const folder = path.join(root, 'source/package');
  mkdirSync(folder, { recursive: true });
  writeFileSync(path.join(folder, 'package.json'), JSON.stringify({ name: 'demo', version: '1.0.0' }));
  execFileSync('tar', ['-czf', path.join(root, 'demo.tgz'), '-C', path.join(root, 'source'), 'package']);
  const integrity = `sha512-${createHash('sha512')
    .update(readFileSync(path.join(root, 'demo.tgz')))
    .digest('base64')}`;
  const dist = { tarball: `${origin}/demo.tgz`, integrity };
  const versions = { '1.0.0': { name: 'demo', version: '1.0.0', dist } };
  writeFileSync(
    path.join(root, 'demo'),
    JSON.stringify({ name: 'demo', 'dist-tags': { latest: '1.0.0' }, versions }),
  );
}

function gitRepository(root: string): void {
  const work = path.join(root, 'source/work');
  mkdirSync(work, { recursive: true });
  outsideRun(['git', 'init', '-q', '-b', 'main', '.'], work);
  writeFileSync(path.join(work, 'file'), 'from git\n');
  outsideRun(['git', 'add', 'file'], work);
  outsideRun(['git', 'commit', '-q', '-m', 'first'], work);
  outsideRun(['git', 'clone', '-q', '--bare', work, path.join(root, 'demo.git')], root);
  outsideRun(['git', 'update-server-info'], path.join(root, 'demo.git'));
}

const MAKE_WHEEL = `
import sys, zipfile
with zipfile.ZipFile(sys.argv[1], 'w') as wheel:
    info = 'demo-1.0.dist-info/'
    wheel.writestr('demo.py', 'said = "from pip"\\n')
    wheel.writestr(info + 'METADATA', 'Metadata-Version: 2.1\\nName: demo\\nVersion: 1.0\\n')
    wheel.writestr(info + 'WHEEL', 'Wheel-Version: 1.0\\nGenerator: test\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n')
    wheel.writestr(info + 'RECORD', 'demo.py,,\\n' + info + 'METADATA,,\\n' + info + 'WHEEL,,\\n' + info + 'RECORD,,\\n')
`;

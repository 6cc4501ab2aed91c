// Makes a fresh clone usable: installs, builds, and leaves node_modules/.bin/holdfast.
// Plain JavaScript without dependencies, because it runs before there are any.
// Quiet when nothing is to be done. `--force` does everything again, the native build included.

import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import * as fs from 'node:fs';
import { availableParallelism } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { withLock } from './setup-lock.mjs';

const root = dirname(import.meta.dirname);
const cacheDir = join(root, 'node_modules', '.cache', 'holdfast');
const force = process.argv.includes('--force');
const binLink = join(root, 'node_modules', '.bin', 'holdfast');
const command = join(root, 'packages', 'cli', 'dist', 'main.js');

/** What each package's build reads, beside its own files. Declarations are made from these sources. */
const packages = {
  'exec-protocol': [],
  sandbox: ['exec-protocol'],
  'exec-server': ['exec-protocol', 'sandbox'],
  'exec-client': ['exec-protocol'],
  conformance: ['exec-protocol'],
  cli: ['exec-protocol', 'sandbox', 'exec-server', 'exec-client', 'conformance'],
};

try {
  await withLock(join(cacheDir, 'setup.lock'), setUp);
} catch (error) {
  console.error(`setup: ${error instanceof Error ? error.message : String(error)}`);
  process.exitCode = 1;
}

async function setUp() {
  await install();
  await build();
  linkCommand();
}

async function install() {
  const stamp = join(cacheDir, 'install');
  const key = hashOf(manifests(), `${process.version} ${process.platform} ${process.arch}`);
  const isInstalled = fs.existsSync(join(root, 'node_modules', '.modules.yaml'));
  if (!force && isInstalled && readStamp(stamp) === key) return;
  const pnpm = JSON.parse(fs.readFileSync(join(root, 'package.json'), 'utf8')).packageManager;
  say(`installing packages with ${pnpm}`);
  await run('npx', ['--yes', pnpm, 'install', '--frozen-lockfile'], root);
  // An optional dependency that could not be built is tried again only when asked to.
  if (force) {
    await run('npx', ['--yes', pnpm, '--recursive', 'rebuild', 'node-pty'], root).catch(() => undefined);
  }
  await reportPty();
  writeStamp(stamp, key);
}

async function reportPty() {
  const probe = `const child = require('node-pty').spawn(process.execPath, ['-e', '0'], {});
    child.onExit(() => process.exit(0)); setTimeout(() => process.exit(1), 10_000);`;
  try {
    await run(process.execPath, ['-e', probe], join(root, 'packages', 'exec-server'));
  } catch {
    say(
      'ptys are off: node-pty could not be built (needs python3, make, a C++ compiler, then `npm run setup -- --force`)',
    );
  }
}

async function build() {
  const pending = Object.keys(packages).filter((name) => !isBuilt(name));
  if (pending.length === 0) return;
  say(`building ${pending.join(', ')}`);
  const queue = [...pending];
  const failures = [];
  const worker = async () => {
    for (let name = queue.shift(); name !== undefined; name = queue.shift()) {
      await buildPackage(name).catch((error) => failures.push(error));
    }
  };
  await Promise.all(Array.from({ length: Math.min(availableParallelism(), pending.length) }, worker));
  if (failures.length > 0) throw new Error(failures.map((error) => error.message).join('\n'));
}

function isBuilt(name) {
  if (force) return false;
  const output = join(root, 'packages', name, 'dist', name === 'cli' ? 'main.js' : 'index.js');
  return fs.existsSync(output) && readStamp(join(cacheDir, `build-${name}`)) === buildKey(name);
}

async function buildPackage(name) {
  const key = buildKey(name);
  const cwd = join(root, 'packages', name);
  const tsup = join(root, 'node_modules', 'tsup', 'dist', 'cli-default.js');
  await run(process.execPath, [tsup], cwd).catch((error) => {
    throw new Error(`the build of ${name} failed\n${error.output ?? error.message}`);
  });
  writeStamp(join(cacheDir, `build-${name}`), key);
}

function buildKey(name) {
  const shared = ['tsup.base.ts', 'tsconfig.base.json', 'pnpm-lock.yaml'].map((file) => join(root, file));
  return hashOf([...shared, ...[name, ...packages[name]].flatMap(sourcesOf)], process.version);
}

/** pnpm links a command only if its file exists when it installs, and on a fresh clone it does not. */
function linkCommand() {
  fs.chmodSync(command, 0o755);
  const target = relative(dirname(binLink), command);
  const isLinked = fs.lstatSync(binLink, { throwIfNoEntry: false })?.isSymbolicLink() ?? false;
  if (isLinked && fs.readlinkSync(binLink) === target) return;
  fs.rmSync(binLink, { force: true });
  fs.symlinkSync(target, binLink);
}

function manifests() {
  const found = [
    'package.json',
    'pnpm-lock.yaml',
    'pnpm-workspace.yaml',
    'e2e/package.json',
    'scripts/package.json',
  ];
  return [...found, ...Object.keys(packages).map((name) => `packages/${name}/package.json`)].map((file) =>
    join(root, file),
  );
}

function sourcesOf(name) {
  const folder = join(root, 'packages', name);
  const inSource = fs
    .readdirSync(join(folder, 'src'), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && !entry.name.endsWith('.test.ts'))
    .map((entry) => join(entry.parentPath, entry.name));
  const beside = fs
    .readdirSync(folder)
    .filter((file) => /^(package\.json|tsconfig.*|tsup\.config\.ts)$/.test(file));
  return [...inSource, ...beside.map((file) => join(folder, file))].sort();
}

function hashOf(files, salt) {
  const hash = createHash('sha256').update(salt);
  for (const file of files) hash.update(`\0${relative(root, file)}\0`).update(fs.readFileSync(file));
  return hash.digest('hex');
}

function readStamp(file) {
  return fs.existsSync(file) ? fs.readFileSync(file, 'utf8') : undefined;
}

function writeStamp(file, key) {
  fs.mkdirSync(cacheDir, { recursive: true });
  fs.writeFileSync(file, key);
}

/** Runs a program silently; its output is shown only if it fails. */
function run(file, args, cwd) {
  return new Promise((resolve, reject) => {
    const options = {
      cwd,
      env: childEnvironment(),
      maxBuffer: 64 * 1024 * 1024,
      shell: process.platform === 'win32',
    };
    execFile(file, args, options, (error, stdout, stderr) => {
      if (error === null) return resolve();
      const output = `${stdout}${stderr}`.trim();
      const failure = new Error(`${[file, ...args].join(' ')} failed\n${output}`);
      reject(Object.assign(failure, { output }));
    });
  });
}

/** Headers beside the running Node spare node-gyp a download, and always fit. */
function childEnvironment() {
  const prefix = dirname(dirname(process.execPath));
  const hasHeaders = fs.existsSync(join(prefix, 'include', 'node', 'node.h'));
  return {
    ...process.env,
    // `npm --silent` would reach pnpm too, and a failure would have no text.
    npm_config_loglevel: 'warn',
    ...(hasHeaders ? { npm_config_nodedir: prefix } : {}),
  };
}

function say(text) {
  console.log(`setup: ${text}`);
}

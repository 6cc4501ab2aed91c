import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { Command } from '../command.js';
import { PROGRAM, runHoldfast } from '../harness.js';
import { PATH } from '../runs.js';
import { startNetworkSite } from './network-site.js';
import { describeConfined, WHOEVER_TESTS } from './sandbox-users.js';

const DOCS = readFileSync(join(import.meta.dirname, '../../docs/sandbox.md'), 'utf8');
const DOCUMENTED = /^holdfast (sandbox .*) registry\.npmjs\.org (.*npm ci.*)$/m.exec(DOCS) ?? [];

describeConfined('npm ci in a sandbox', WHOEVER_TESTS, () => {
  test('works as it is documented, and leaves the home as it was', async () => {
    const place = mkdtempSync(join(tmpdir(), 'holdfast-npm-'));
    for (const name of ['site', 'app', 'home']) mkdirSync(join(place, name));
    const app = join(place, 'app');
    writeFileSync(join(app, 'package.json'), '{ "dependencies": { "demo": "*" } }');
    await using site = await startNetworkSite(join(place, 'site'));
    const env = {
      PATH,
      HOME: join(place, 'home'),
      npm_config_registry: `https://${site.https}`,
      npm_config_cafile: site.authority,
      npm_config_update_notifier: 'false',
      npm_config_audit: 'false',
    };
    const lock = ['install', '--package-lock-only', '--cache', join(place, 'cache')];
    expect(await new Command(spawn('npm', lock, { cwd: app, env })).ended).toMatchObject({ code: 0 });
    const [, before = '', after = ''] = DOCUMENTED;
    const line = `exec '${process.execPath}' '${PROGRAM}' ${before} ${site.https} ${after}`;
    const command = new Command(spawn('/bin/sh', ['-c', line], { cwd: app, env }));
    expect(await command.ended).toMatchObject({ code: 0, stderr: '' });
    expect([readdirSync(join(app, 'node_modules')).includes('demo'), readdirSync(env.HOME)]).toEqual([
      true,
      [],
    ]);
    rmSync(place, { recursive: true });
  });

  test('is shown by --help as it is documented', async () => {
    const { stdout } = await runHoldfast(['sandbox', '--help']);
    expect(stdout).toContain(DOCUMENTED[2]);
  });
});

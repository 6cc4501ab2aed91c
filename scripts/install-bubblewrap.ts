// The tests of sandboxes need bubblewrap. Where this is root on Debian it is installed; elsewhere those tests are skipped,
// and why is said here.

import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { run } from './run.js';

if (process.platform === 'linux' && !isOnPath('bwrap')) await install();

async function install(): Promise<void> {
  if (process.getuid?.() !== 0 || !isOnPath('apt-get')) {
    console.log('there is no bwrap, so tests of sandboxes are skipped; install bubblewrap');
    return;
  }
  const command = ['apt-get', 'install', '--yes', '--no-install-recommends', 'bubblewrap'];
  let { exitCode, output } = await run(command);
  if (exitCode !== 0) {
    // A fresh machine may not know of any package yet.
    await run(['apt-get', 'update']);
    ({ exitCode, output } = await run(command));
  }
  if (exitCode !== 0)
    console.log(`bubblewrap cannot be installed, so tests of sandboxes are skipped:\n${output}`);
}

function isOnPath(program: string): boolean {
  return (process.env['PATH'] ?? '').split(delimiter).some((directory) => {
    try {
      accessSync(join(directory, program), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}

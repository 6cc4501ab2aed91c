// Says which signals reach it, and with SIGUSR2 all of them once more before it ends. Started as `parent`, it has two
// children that do the same: one in its process group, and one that has left it.

import { spawn } from 'node:child_process';

const [name] = process.argv.slice(2);
const seen = [];
const say = (text) => process.stdout.write(`${name}: ${text}\n`);

for (const signal of ['SIGHUP', 'SIGURG', 'SIGWINCH']) {
  process.on(signal, () => {
    seen.push(signal);
    say(signal);
  });
}
const alive = setInterval(() => undefined, 60_000);
process.on('SIGUSR2', () => {
  say(seen.join(' '));
  clearInterval(alive);
});
say('ready');

if (name === 'parent') {
  for (const [child, detached] of [
    ['member', false],
    ['stray', true],
  ]) {
    spawn(process.execPath, [process.argv[1], child], { stdio: 'inherit', detached });
  }
}

// A server in small, and a program of its own: starts scripts under a guardian and waits for its end. Its arguments are a
// directory for pipes and the scripts. It passes on what they print, then says how to find its guardian.
import { writeSync } from 'node:fs';
import { systemClock } from '../../../clock.js';
import { spawnPipe } from '../../spawn/pipe/pipe.js';
import { createPipePool } from '../../spawn/pipe/pipe-pool.js';
import { specOf, TEST_ENV } from '../../spawn/testing/recording.js';
import { COOKIE_VARIABLE, createCookie } from '../cookie.js';
import { createGuardian } from '../guardian.js';

const [directory = '', ...scripts] = process.argv.slice(2);
const cookie = createCookie(process.env[COOKIE_VARIABLE]);
const say = (line: string): void => {
  writeSync(1, `${line}\n`);
};
let tell: () => void = () => undefined;
const guardian = createGuardian({
  cookie: cookie.own,
  clock: {
    ...systemClock,
    after: (delayMs, run) =>
      systemClock.after(delayMs, () => {
        run();
        // The short delay is the one after which the guardian has been told everything.
        if (delayMs < 500) tell();
      }),
  },
  onFailure: ({ reason }) => {
    say(`failure ${reason}`);
  },
});
process.once('SIGTERM', () => {
  void guardian.close().then(() => process.exit(0));
});

// The guardian does not keep a server alive; this does.
setInterval(() => undefined, 60_000);

const pool = createPipePool({ directory, batch: 16, lowWater: 1 });
const env = { ...TEST_ENV, [COOKIE_VARIABLE]: cookie.value };
for (const script of scripts) {
  const child = await spawnPipe(specOf(script, { env }), pool, {
    onOutput: (_stream, bytes) => writeSync(1, bytes),
    onExit: () => {
      guardian.forget(child.pid);
    },
    onClosed: () => undefined,
    onStdinClosed: () => undefined,
  });
  guardian.watch(child.pid);
}
await new Promise<void>((resolve) => {
  tell = resolve;
});
say(`guardian ${String(guardian.pid)}`);
say(`cookie ${cookie.value}`);
process.on('SIGUSR2', () => {
  say(`guardian ${String(guardian.pid)}`);
});

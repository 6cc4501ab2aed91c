import { spawnSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { PROGRAM } from '../harness.js';
import { describeConfined, WHOEVER_TESTS } from './sandbox-users.js';

const DEADLINE_MS = 120_000;

/** Where Node comes to load this program, and how many are enough for a sandbox. */
const [FEWEST, ENOUGH] = [28, 128];

describeConfined('`holdfast sandbox` with few descriptors', WHOEVER_TESTS, () => {
  test(
    'runs the command, or says what it lacks and what helps, whatever it was doing',
    () => {
      const answers = new Set<string>();
      for (let limit = FEWEST; limit <= ENOUGH; limit += limit < 48 ? 1 : 16) {
        const words = ['-c', `ulimit -n ${String(limit)}; exec "$@"`, 'sh', process.execPath, PROGRAM];
        const { stderr, status } = spawnSync('/bin/sh', [...words, 'sandbox', '--', 'true'], {
          encoding: 'utf8',
          cwd: '/',
        });
        // What Node itself cannot load it tells in its own words.
        if (status === 1) continue;
        const said = stderr.split('\n').filter((line) => line.startsWith('holdfast: '));
        answers.add(status === 0 ? 'ran' : (said.at(-1) ?? '').replace(/^.*;/, ''));
      }
      expect([...answers]).toEqual([' allow this program more descriptors, such as 1024 (ulimit -n)', 'ran']);
    },
    DEADLINE_MS,
  );
});

import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { ExecError } from '@holdfast/exec-protocol';
import { expect, test } from 'vitest';
import { Tree } from '../testing/tree.js';
import { copy } from './copy.js';

/** Puts a pipe and a file by turns under one name, as fast as it can. */
const SWAP = `
const { linkSync, renameSync } = require('node:fs');
process.stdout.write('begins');
for (;;) {
  for (const [from, at] of [['pipe', 'p'], ['regular', 'r']]) {
    linkSync(from, at);
    renameSync(at, 'swapped');
  }
}
`;

test.runIf(process.platform === 'linux')(
  'a pipe that takes the place of a file meanwhile holds nobody up, at either end',
  async () => {
    using tree = new Tree();
    tree.file('regular', 'content');
    tree.file('other', 'content');
    tree.file('swapped', 'content');
    execFileSync('mkfifo', [tree.text('pipe')]);
    const swapper = spawn(process.execPath, ['-e', SWAP], {
      cwd: tree.root,
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    try {
      await once(swapper.stdout, 'data');
      const refusals = new Set<string>();
      const tried = async (from: string, to: string): Promise<void> => {
        await copy(tree.path(from), tree.path(to), false).catch((error: unknown) => {
          refusals.add(error instanceof ExecError ? error.kind : String(error));
        });
      };
      for (let round = 0; round < 300; round += 1) {
        await Promise.all([tried('swapped', 'to'), tried('other', 'swapped')]);
      }
      refusals.delete('invalidFileRequest');
      refusals.delete('notAFile');
      expect([...refusals]).toEqual([]);
    } finally {
      swapper.kill('SIGKILL');
      await once(swapper, 'close');
    }
  },
  60_000,
);

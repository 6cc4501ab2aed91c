import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Somebody at a terminal. */
export interface Keyboard {
  /** Waits until the terminal shows this, behind what was waited for last. */
  readonly until: (text: string) => Promise<void>;
  readonly type: (text: string) => Promise<void>;
  readonly resize: (rows: number, cols: number) => Promise<void>;
}

const PROMPT = 'ready> ';

/** An interactive shell, for `holdJobs`. */
export const INTERACTIVE_SHELL = ['/bin/bash', '--norc', '--noprofile', '-i'];

/** What its environment needs, so that its output is what it was told to print. */
export const SHELL_ENVIRONMENT = { PS1: PROMPT, TERM: 'dumb' };

/** How the shell ends in the end. */
export const SHELL_CODE = 3;

/** Says whether it is in front or in the background whenever that changes, until it is interrupted. */
const JOB = `while read -r _ _ _ _ group _ _ front _ < /proc/$$/stat; do
  if [ "$group" = "$front" ]; then now=front; else now=back; fi
  [ "$now" = "$at" ] || echo "in $now"
  at=$now
  sleep 0.05
done
`;

/** Ends when it hears that its terminal has the new size; `stty` sets rows and columns one after the other. */
const WATCH = `trap '[ "$(stty size)" = "50 120" ] && echo wide && exit' WINCH
echo up
while :; do sleep 0.02; done
`;

/** Puts the programs for `holdJobs` into the working directory of its shell. */
export function furnishJobs(folder: string): void {
  writeFileSync(join(folder, 'job'), JOB);
  writeFileSync(join(folder, 'watch'), WATCH);
}

/** Uses all that a terminal is for: its own file, keys that stop and interrupt jobs, sizes. Then leaves the shell. */
export async function holdJobs({ until, type, resize }: Keyboard): Promise<void> {
  await until(PROMPT);
  await type('echo "to $((1+1))" > /dev/tty\n');
  await until('to 2\r\n');
  await until(PROMPT);
  await type('bash job\n');
  await until('in front\r\n');
  await type('\u001a');
  await until('Stopped');
  await until(PROMPT);
  await type('bg\n');
  await until('in back\r\n');
  await type('jobs\n');
  await until('Running');
  await until(PROMPT);
  await type('fg\n');
  await until('in front\r\n');
  await type('\u0003');
  await until(PROMPT);
  await type('echo "code $?"\n');
  await until('code 130\r\n');
  await until(PROMPT);
  await type('bash watch\n');
  await until('up\r\n');
  await resize(50, 120);
  await until('wide\r\n');
  await until(PROMPT);
  await type(`exit ${SHELL_CODE}\n`);
}

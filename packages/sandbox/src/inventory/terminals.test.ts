import { expect } from 'vitest';
import { describeInWorlds } from './testing/describe-in-worlds.js';
import type { TerminalStep } from './testing/terminal.js';

const PROMPT = 'ready> ';
const SHELL = `TERM=dumb PS1='${PROMPT}' exec bash --norc --noprofile -i`;

const CTRL_C = '\u0003';
const CTRL_Z = '\u001a';
const SIGINT_CODE = 130;

/**
 * A job that says where it is whenever that changes, until it is interrupted. For a bash: what other shells start with a vfork
 * may be stopped in the middle of it, and its shell then never is.
 */
const JOB = `while read -r _ _ _ _ group _ _ front _ < /proc/$$/stat; do
  if [ "$group" = "$front" ]; then now=front; else now=back; fi
  [ "$now" = "$at" ] || echo "in $now"
  at=$now
  sleep 0.05
done`;

/** Types a line when the shell asks for one. */
function line(text: string): TerminalStep {
  return { until: PROMPT, type: `${text}\n` };
}

describeInWorlds(({ there, it }) => {
  it(
    'W25 an interactive shell at a terminal opens /dev/tty, and has job control',
    async () => {
      const { exitCode, stdout } = await there().run(SHELL, {
        terminal: [
          line('echo "to $((1+1))" > /dev/tty'),
          { until: 'to 2\r\n' },
          line('read x < /dev/tty; echo "got <$x>"'),
          { until: '\n', type: 'typed\n' },
          { until: 'got <typed>\r\n' },
          line('exit 3'),
        ],
      });
      expect([exitCode, stdout.match(/bash: .*/g)]).toEqual([3, null]);
    },
    { programs: ['bash', 'script'] },
  );

  it(
    'W26 Ctrl-C interrupts the job alone; Ctrl-Z, jobs, bg and fg work',
    async () => {
      const { exitCode } = await there().run(`cat > job <<'END'\n${JOB}\nEND\n${SHELL}`, {
        terminal: [
          line('bash job'),
          { until: 'in front\r\n', type: CTRL_Z },
          { until: 'Stopped' },
          line('jobs'),
          { until: 'Stopped' },
          line('bg'),
          { until: 'in back\r\n', type: 'jobs\n' },
          { until: 'Running' },
          { until: PROMPT, type: 'fg\n' },
          { until: 'in front\r\n', type: CTRL_C },
          line('echo "code $?"'),
          { until: `code ${SIGINT_CODE}\r\n` },
          line('rm job; exit 4'),
        ],
      });
      expect(exitCode).toBe(4);
    },
    { programs: ['bash', 'script'] },
  );

  for (const [id, where, terminal] of [
    ['W36', 'over pipes', undefined],
    ['W36b', 'at a terminal', []],
  ] as const) {
    it(
      `${id} a program has the name that it was given, ${where}`,
      async () => {
        const { exitCode, stdout } = await there().exec(['/bin/cat', '/proc/self/cmdline'], {
          arg0: 'another',
          ...(terminal === undefined ? {} : { terminal }),
        });
        expect([exitCode, stdout]).toEqual([0, 'another\0/proc/self/cmdline\0']);
      },
      { programs: ['script'] },
    );
  }

  it(
    'P02c the priority of the session is not changed, in which there are processes outside',
    async () => {
      const { stdout } = await there().run(
        '(echo 5 > /proc/self/autogroup) 2> /dev/null || echo refused; grep -o "nice.*" /proc/self/autogroup',
        { terminal: [] },
      );
      expect(stdout).toBe('refused\r\nnice 0\r\n');
    },
    { programs: ['script'] },
  );

  it(
    'W27 a new size reaches the program',
    async () => {
      // Rows and columns are set one after the other.
      const script =
        'trap \'[ "$(stty size)" = "50 120" ] && echo wide && exit 5\' WINCH; stty size; echo up; while :; do sleep 0.02; done';
      const { exitCode, stdout } = await there().exec(['/bin/bash', '-c', script], {
        terminal: [{ until: 'up\r\n', resize: { rows: 50, cols: 120 } }, { until: 'wide\r\n' }],
      });
      expect([exitCode, stdout]).toEqual([5, '24 80\r\nup\r\nwide\r\n']);
    },
    { programs: ['bash', 'script', 'stty'] },
  );
});

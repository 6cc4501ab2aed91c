import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { promisify } from 'node:util';
import { eventually, within } from './deadline.js';
import { SCRIPT } from './harness.js';
import type { Keyboard } from './job-control.js';

/** A program on a terminal of this machine. */
export interface TerminalSession {
  readonly keyboard: Keyboard;
  /** Waits for its end. @returns its exit code. */
  end(): Promise<number | null>;
}

const run = promisify(execFile);

// The program follows; what is printed first says which terminal it is.
const PREAMBLE = 'stty rows 24 cols 80; echo "on $(tty)"; exec "$@"';

/** Starts a program on a terminal of its own, by `script`. */
export async function openTerminalSession(
  argv: readonly string[],
  { cwd, env }: { readonly cwd: string; readonly env: Readonly<Record<string, string>> },
): Promise<TerminalSession> {
  const words = ['/bin/sh', '-c', PREAMBLE, 'sh', ...argv].map(
    (word) => `'${word.replaceAll("'", `'\\''`)}'`,
  );
  // Its input stays open: the end of it would be typed at the terminal.
  const child = spawn(SCRIPT, ['-qefc', words.join(' '), '/dev/null'], {
    cwd,
    env,
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const ended = once(child, 'close') as Promise<[number | null]>;
  let [text, seen] = ['', 0];
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
  const until = async (wanted: string): Promise<void> => {
    const find = (): number | undefined => {
      const at = text.indexOf(wanted, seen);
      return at < 0 ? undefined : at;
    };
    seen = await eventually(`${JSON.stringify(wanted)} on the terminal`, find).catch((error: unknown) => {
      child.kill('SIGKILL');
      throw new Error(`${String(error)}; it shows ${JSON.stringify(text.slice(seen))}`);
    });
    seen += wanted.length;
  };
  await until('\r\n');
  const terminal = /^on (\S+)/.exec(text)?.[1] ?? '';
  return {
    keyboard: {
      until,
      type: (keys) => Promise.resolve(void child.stdin.write(keys)),
      resize: async (rows, cols) => {
        await run('stty', ['-F', terminal, 'rows', String(rows), 'cols', String(cols)]);
      },
    },
    end: async () => (await within(`the end of ${argv.join(' ')} on a terminal`, ended))[0],
  };
}

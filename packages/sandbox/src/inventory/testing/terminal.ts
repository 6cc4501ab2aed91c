import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import type { WatchedProcess } from '../../launch/wrapper-watch.js';

/** One exchange with a program at a terminal: what it must have printed since the last one, and what is done then. */
export interface TerminalStep {
  readonly until: string;
  /** Typed at the terminal; control characters are what their keys send. */
  readonly type?: string;
  /** The terminal gets this size. */
  readonly resize?: { readonly rows: number; readonly cols: number };
}

/** What is started, as for `spawn`. */
interface TerminalProgram {
  readonly argv: readonly string[];
  readonly cwd?: string;
  readonly env: Readonly<Record<string, string>>;
  /** What follows the standard three. */
  readonly stdio?: readonly (number | 'pipe')[];
}

const STEP_MS = 60_000;
const SIZE = ['rows', '24', 'cols', '80'];

// It tells which process becomes the program, and at which terminal.
const PREAMBLE = `stty ${SIZE.join(' ')}; echo "terminal $$ $(tty)"; exec "$@"`;
const PREAMBLE_LINE = /^terminal (\d+) (\S+)\r\n/;

/** A program at a terminal of its own, with somebody who types there. */
export class TerminalRun {
  /** What opened the terminal: it ends as the program does. */
  readonly child: ChildProcess;
  /** The program itself, for whoever watches it. */
  readonly program: WatchedProcess;
  readonly #terminal: string;
  readonly #output: TerminalOutput;

  private constructor(child: ChildProcess, output: TerminalOutput, pid: number, terminal: string) {
    this.child = child;
    this.program = {
      pid,
      stdio: child.stdio,
      get exitCode() {
        return child.exitCode;
      },
      get signalCode() {
        return child.signalCode;
      },
      once: child.once.bind(child),
    };
    this.#output = output;
    this.#terminal = terminal;
  }

  /** Starts it with `script`, which opens the terminal. */
  static async start({ argv, cwd, env, stdio = [] }: TerminalProgram): Promise<TerminalRun> {
    const words = ['/bin/sh', '-c', PREAMBLE, 'sh', ...argv].map(
      (word) => `'${word.replaceAll("'", `'\\''`)}'`,
    );
    const child = spawn('/usr/bin/script', ['-qefc', words.join(' '), '/dev/null'], {
      ...(cwd === undefined ? {} : { cwd }),
      env,
      // Left open: the end of its input would be typed at the terminal.
      stdio: ['pipe', 'pipe', 'inherit', ...stdio],
      detached: true,
    });
    const output = new TerminalOutput(child);
    const [, pid, terminal = ''] = PREAMBLE_LINE.exec(await output.until('\r\n')) ?? [];
    return new TerminalRun(child, output, Number(pid), terminal);
  }

  /** Goes through the steps, then waits for the end. @returns all that the program printed. */
  async talk(steps: readonly TerminalStep[]): Promise<string> {
    try {
      for (const { until, type, resize } of steps) {
        await this.#output.until(until);
        if (resize !== undefined) this.#resize(resize);
        if (type !== undefined) this.child.stdin?.write(type);
      }
      await this.#output.ended;
      return this.#output.text.replace(PREAMBLE_LINE, '');
    } catch (error) {
      for (const pid of [this.program.pid, this.child.pid]) if (pid !== undefined) endProcess(pid);
      throw error;
    }
  }

  #resize({ rows, cols }: NonNullable<TerminalStep['resize']>): void {
    execFileSync('stty', ['-F', this.#terminal, 'rows', String(rows), 'cols', String(cols)]);
  }
}

function endProcess(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It has ended.
  }
}

/** What comes from a terminal, and who waits for it. */
class TerminalOutput {
  readonly ended: Promise<void>;
  text = '';
  #seen = 0;
  #hasEnded = false;
  #changed = (): void => undefined;

  constructor(child: ChildProcess) {
    child.stdin?.on('error', () => undefined);
    child.stdout?.setEncoding('utf8').on('data', (chunk: string) => {
      this.text += chunk;
      this.#changed();
    });
    this.ended = new Promise((resolve, reject) => {
      child.once('error', reject);
      child.once('close', () => {
        this.#hasEnded = true;
        this.#changed();
        resolve();
      });
    });
  }

  /** Waits for a text behind the one that was waited for last. @returns what has come up to its end. */
  async until(wanted: string): Promise<string> {
    const deadline = Date.now() + STEP_MS;
    for (;;) {
      const at = this.text.indexOf(wanted, this.#seen);
      if (at >= 0) {
        const from = this.#seen;
        this.#seen = at + wanted.length;
        return this.text.slice(from, this.#seen);
      }
      const leftMs = deadline - Date.now();
      if (this.#hasEnded || leftMs <= 0)
        throw new Error(
          `${JSON.stringify(wanted)} did not come; there was ${JSON.stringify(this.text.slice(this.#seen))}`,
        );
      await this.#change(leftMs);
    }
  }

  #change(atMostMs: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, atMostMs);
      this.#changed = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }
}

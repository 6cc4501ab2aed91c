import { accessSync, constants, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { TerminalSize } from '@holdfast/exec-protocol';
import { Terminal } from '@xterm/headless';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { ChildExit } from '../child.js';
import { killNow } from '../group/terminate.js';
import { Recording, specOf, TEST_ENV } from '../testing/recording.js';
import { type PtyChild, spawnPty } from './pty.js';

const WAIT = { timeout: 20_000, interval: 20 };
const LONG_MS = 60_000;
const SMALL: TerminalSize = { rows: 24, cols: 80 };
const LARGE: TerminalSize = { rows: 40, cols: 100 };

let directory: string;

beforeEach(() => {
  directory = mkdtempSync(path.join(tmpdir(), 'full-screen-test-'));
});

afterEach(() => {
  rmSync(directory, { recursive: true, force: true });
});

/** A program, and what somebody who looks at its terminal sees. */
class Screen implements AsyncDisposable {
  readonly #terminal = new Terminal({ ...SMALL, allowProposedApi: true });
  readonly #seen = new Recording({ keepsOutput: false });
  #child: PtyChild | undefined;

  static async open(argv: readonly string[]): Promise<Screen> {
    const screen = new Screen();
    const env = { ...TEST_ENV, TERM: 'xterm', HOME: directory, LESSHISTFILE: '-' };
    const keep = screen.#seen.onOutput.bind(screen.#seen);
    screen.#seen.onOutput = (stream, bytes) => {
      screen.#terminal.write(Uint8Array.from(bytes));
      keep(stream, bytes);
    };
    screen.#child = await spawnPty({ ...specOf(argv, { env }), size: SMALL }, screen.#seen);
    return screen;
  }

  /** The rows from top to bottom, without what is blank at their ends. */
  get rows(): readonly string[] {
    const { active } = this.#terminal.buffer;
    return Array.from({ length: this.#terminal.rows }, (_, row) =>
      (active.getLine(active.viewportY + row)?.translateToString(true) ?? '').trimEnd(),
    );
  }

  /** Whether the program draws on a screen of its own, and gives the one before back at its end. */
  get isFull(): boolean {
    return this.#terminal.buffer.active.type === 'alternate';
  }

  get exited(): Promise<ChildExit> {
    return this.#seen.exited;
  }

  type(text: string): void {
    this.#child?.writeStdin(Buffer.from(text), () => undefined);
  }

  resize(size: TerminalSize): void {
    this.#terminal.resize(size.cols, size.rows);
    this.#child?.resize(size);
  }

  async shows(expected: () => readonly unknown[]): Promise<void> {
    await vi.waitFor(() => {
      expect(this.rows).toEqual(expected());
    }, WAIT);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#child !== undefined) {
      killNow([this.#child]);
      this.#child.cutOutput();
      await this.#seen.closed;
    }
    this.#terminal.dispose();
  }
}

/** A test of a program; where it is not installed, the name says so. */
function drawnRight(program: string, body: () => Promise<void>): void {
  const file = path.join('/usr/bin', program);
  const name = `${program} draws the whole screen, and again for another size`;
  if (isThere(file)) test(name, { timeout: LONG_MS }, body);
  else test.skip(`${name} (no ${file})`, body);
}

function isThere(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

function numbered(first: number, count: number): readonly string[] {
  return Array.from({ length: count }, (_, at) => `line ${String(first + at)}`);
}

drawnRight('vim', async () => {
  const file = path.join(directory, 'file.txt');
  writeFileSync(file, 'one\ntwo\n');
  await using screen = await Screen.open(['vim', '-u', 'NONE', '-N', '-n', file]);
  const body = ({ rows }: TerminalSize): readonly string[] => [
    ...['one', 'two'],
    ...Array.from({ length: rows - 3 }, () => '~'),
  ];
  await screen.shows(() => [...body(SMALL), expect.stringContaining('file.txt')]);
  expect(screen.isFull).toBe(true);
  screen.resize(LARGE);
  await screen.shows(() => [...body(LARGE), expect.anything()]);
  screen.type('ihello \xe4\x1b:wq\r');
  expect(await screen.exited).toEqual({ exitCode: 0, signal: null });
  await vi.waitFor(() => {
    expect(screen.isFull).toBe(false);
  }, WAIT);
  expect(readFileSync(file, 'utf8')).toBe('hello \xe4one\ntwo\n');
});

drawnRight('less', async () => {
  const file = path.join(directory, 'lines');
  writeFileSync(file, `${numbered(1, 500).join('\n')}\n`);
  await using screen = await Screen.open(['less', file]);
  await screen.shows(() => [...numbered(1, 23), expect.stringContaining('lines')]);
  expect(screen.isFull).toBe(true);
  screen.type(' ');
  await screen.shows(() => [...numbered(24, 23), ':']);
  screen.resize(LARGE);
  await screen.shows(() => [...numbered(24, 39), ':']);
  screen.type('G');
  await screen.shows(() => [...numbered(462, 39), '(END)']);
  screen.type('q');
  expect(await screen.exited).toEqual({ exitCode: 0, signal: null });
});

drawnRight('top', async () => {
  // Enough processes for every row.
  const crowd = 'i=0; while [ $i -lt 40 ]; do sleep 600 & i=$((i + 1)); done';
  await using screen = await Screen.open(['sh', '-c', `${crowd}; exec top -d 600`]);
  const drawn = ({ rows }: TerminalSize): readonly unknown[] => [
    expect.stringMatching(/^top - \d\d:\d\d:\d\d up /),
    expect.stringMatching(/^Tasks: +\d+ total/),
    expect.stringMatching(/^%Cpu/),
    expect.stringMatching(/^[MGK]iB Mem /),
    expect.stringMatching(/^[MGK]iB Swap/),
    '',
    expect.stringMatching(/^ +PID USER .* COMMAND$/),
    ...Array.from({ length: rows - 7 }, () => expect.stringMatching(/^ *\d+ /) as unknown),
  ];
  await screen.shows(() => drawn(SMALL));
  screen.resize(LARGE);
  await screen.shows(() => drawn(LARGE));
  screen.type('q');
  expect(await screen.exited).toEqual({ exitCode: 0, signal: null });
});

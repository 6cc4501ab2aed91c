import type { ChildProcessWithoutNullStreams } from 'node:child_process';
import { once } from 'node:events';
import { eventually } from './deadline.js';
import type { CommandOutcome } from './harness.js';

/** A program whose output is looked at while it runs. */
export class Command {
  readonly child: ChildProcessWithoutNullStreams;
  readonly ended: Promise<CommandOutcome>;
  stdout = '';
  stderr = '';

  constructor(child: ChildProcessWithoutNullStreams) {
    this.child = child;
    child.stdout.setEncoding('utf8').on('data', (text: string) => (this.stdout += text));
    child.stderr.setEncoding('utf8').on('data', (text: string) => (this.stderr += text));
    // Whoever writes to a program that has ended sees it at its end.
    child.stdin.on('error', () => undefined);
    this.ended = once(child, 'close').then(([code]) => ({
      code: code as number | null,
      stdout: this.stdout,
      stderr: this.stderr,
    }));
  }

  /** Waits until it has printed this. */
  async prints(text: string): Promise<void> {
    await eventually(
      `${JSON.stringify(text)} on stdout`,
      () => this.stdout.includes(text) || undefined,
    ).catch((error: unknown) => {
      throw new Error(`${String(error)}; it printed ${JSON.stringify([this.stdout, this.stderr])}`);
    });
  }
}

import { once } from 'node:events';
import type { Writable } from 'node:stream';
import type { ProcessEvent } from '@holdfast/exec-client';
import { ExecError, type SandboxDenial } from '@holdfast/exec-protocol';
import { complain, messageOf } from '../complain.js';
import { describeDenial } from '../denial/describe-denial.js';
import { describeServerRule } from '../denial/server-rule.js';

/** How a run is shown. */
export interface Report {
  /** Settles when there is room for more, so that a slow reader slows the command and fills no memory. */
  event(event: ProcessEvent): Promise<void>;
  /** Something that a person should know, but no failure. */
  note(message: string): void;
  failed(error: unknown): void;
}

/** How a run is shown to whoever waits for its end. */
export interface RunReport extends Report {
  /** Its sandbox made the command fail; told once, behind everything else of the command. */
  denied(denial: SandboxDenial): void;
}

/** Output where it belongs, nothing else. */
export class PlainReport implements RunReport {
  async event(event: ProcessEvent): Promise<void> {
    if (event.type !== 'output') return;
    await write(event.stream === 'stderr' ? process.stderr : process.stdout, event.bytes);
  }

  note(message: string): void {
    complain(message);
  }

  denied(denial: SandboxDenial): void {
    for (const line of describeDenial(denial, describeServerRule)) complain(line);
  }

  failed(error: unknown): void {
    complain(messageOf(error));
  }
}

/** One JSON object a line; output bytes as base64, since they need not be text. */
export class JsonReport implements RunReport {
  async event(event: ProcessEvent): Promise<void> {
    if (event.type !== 'output') {
      await this.#line(event);
      return;
    }
    const { bytes, ...facts } = event;
    await this.#line({ ...facts, base64: Buffer.from(bytes).toString('base64') });
  }

  note(message: string): void {
    void this.#line({ type: 'note', message });
  }

  denied(): void {
    // The line of the exit has it.
  }

  failed(error: unknown): void {
    const kind = error instanceof ExecError ? error.kind : 'internal';
    void this.#line({ type: 'failed', kind, message: messageOf(error) });
  }

  async #line(value: object): Promise<void> {
    await write(process.stdout, `${JSON.stringify(value)}\n`);
  }
}

async function write(stream: Writable, data: Uint8Array | string): Promise<void> {
  if (!stream.write(data) && !stream.destroyed) await once(stream, 'drain');
}

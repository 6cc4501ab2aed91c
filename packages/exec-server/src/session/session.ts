import { randomBytes } from 'node:crypto';
import type { SessionId } from '@holdfast/exec-protocol';
import { type ProcessHost, ProcessTable } from '../process/process-table.js';
import type { NewsListener } from '../process/subscription.js';

const LABEL_BYTES = 4;

/** What a client holds through one handshake: its processes, whatever connection it uses. */
export class Session {
  /** The credential that resumes it. */
  readonly id: SessionId;
  readonly processes: ProcessTable;
  #onNews: NewsListener | undefined;

  constructor(id: SessionId, principal: string, host: ProcessHost) {
    this.id = id;
    const owner = { principal, session: randomBytes(LABEL_BYTES).toString('hex') };
    this.processes = new ProcessTable(host, owner, (subscription) => {
      this.#onNews?.(subscription);
    });
  }

  /** From now on news of processes go to `onNews`. */
  attach(onNews: NewsListener): void {
    this.#onNews = onNews;
  }

  /** Ends the processes that live as long as the session. @returns how many were running. */
  close(): Promise<number> {
    this.#onNews = undefined;
    return this.processes.close();
  }
}

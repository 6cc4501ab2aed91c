import type { SessionId } from '@holdfast/exec-protocol';
import type { ManagedProcess } from '../process/managed-process.js';
import { type ProcessHost, ProcessTable } from '../process/process-table.js';

/** Where a session's processes report that they have something to push. */
export interface SessionSink {
  onNews(process: ManagedProcess): void;
}

/** What a client holds through one handshake: its processes, whatever connection it uses. */
export class Session {
  readonly id: SessionId;
  readonly processes: ProcessTable;
  #sink: SessionSink | undefined;

  constructor(id: SessionId, host: ProcessHost) {
    this.id = id;
    this.processes = new ProcessTable(host, (process) => {
      this.#sink?.onNews(process);
    });
  }

  /** From now on news of processes go to `sink`. */
  attach(sink: SessionSink): void {
    this.#sink = sink;
  }

  /** Ends all processes. @returns how many were running. */
  close(): Promise<number> {
    this.#sink = undefined;
    return this.processes.close();
  }
}

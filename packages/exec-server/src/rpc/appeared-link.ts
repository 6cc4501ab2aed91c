import { type Extensions, sandboxAppeared } from '@holdfast/exec-protocol';
import type { AppearedRecord } from '../session/appeared-record.js';
import type { RecordQueue, RecordTeller } from '../session/record-queue.js';
import type { EventPush } from './outgoing/event-push.js';
import type { MessageSource } from './outgoing/outbox.js';
import { recordSource } from './record-source.js';

/** What tells one client what appeared while its processes ran. */
export interface AppearedLinkOptions {
  readonly records: RecordQueue<AppearedRecord>;
  readonly push: EventPush;
  readonly extensions: Extensions;
}

/** One connection as reports of what appeared see it. Without the extension it has none. */
export class AppearedLink implements RecordTeller {
  readonly #options: AppearedLinkOptions;
  readonly #source: MessageSource;

  constructor(options: AppearedLinkOptions) {
    this.#options = options;
    this.#source = recordSource(sandboxAppeared, () => options.records.take());
  }

  /** The client has said that it is ready, perhaps again. */
  begin(): void {
    const { records, extensions } = this.#options;
    if (extensions.sandbox !== undefined) records.connect(this);
  }

  end(): void {
    this.#options.records.disconnect(this);
  }

  onRecords(): void {
    this.#options.push.addSource(this.#source);
  }
}

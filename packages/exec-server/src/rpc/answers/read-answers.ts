import {
  type Extensions,
  PreparedAnswer,
  ReadAnswerWriter,
  type ReadChunkOutline,
  type ReadOutline,
  type SignalName,
  type WireId,
} from '@holdfast/exec-protocol';
import {
  type PageLimits,
  pickPage,
  pickUncutPage,
  type ReadEntry,
  type ReadPage,
  readOutput,
  USUAL_LIMITS,
} from '../../process/follow/read-page.js';
import type { EventLog } from '../../process/log/event-log.js';
import { Turns } from '../../turns.js';
import type { AnswerBuffer, AnswerBuffers } from './answer-buffers.js';
import type { AnswerTransport } from './answer-transport.js';

/** What is to be read, and for which request. */
export interface ReadRequest {
  readonly id: WireId;
  readonly afterSeq: number;
  readonly maxBytes: number | undefined;
  /** Undefined for the usual ones. */
  readonly limits?: PageLimits | undefined;
  readonly extensions: Extensions;
  /** Fires when the connection has gone. */
  readonly gone: AbortSignal;
}

/** An answer, and where the one after it goes on. */
export interface ReadAnswer {
  readonly prepared: PreparedAnswer;
  readonly nextSeq: number;
}

/** Up to here answers are small, some 64 KiB as text: they take memory of their own, and never wait for each other. */
const SMALL: PageLimits = { bytes: 40 * 1024, events: 256 };

/** While answers hold much memory, each page has this share of what it may have otherwise. */
const SCARCE_SHARE = 1 / 16;

/**
 * Answers the reads of one connection. A large answer is put together when the one before has left: a client that asks
 * faster than it reads leaves its output where it lies, in the log.
 */
export class ReadAnswers {
  readonly #transport: AnswerTransport;
  readonly #buffers: AnswerBuffers;
  readonly #turns = new Turns(1);

  constructor(transport: AnswerTransport, buffers: AnswerBuffers) {
    this.#transport = transport;
    this.#buffers = buffers;
  }

  /** @throws ExecError `outputUnreadable` when the disk failed each time; the reason of `gone`. */
  async answer(log: EventLog, request: ReadRequest): Promise<ReadAnswer> {
    return (await this.#answerSmall(log, request)) ?? (await this.#answerInTurn(log, request));
  }

  /** @returns undefined where the answer is large, or something of it was given back meanwhile. */
  async #answerSmall(log: EventLog, request: ReadRequest): Promise<ReadAnswer | undefined> {
    // A large page is not even picked here: it would be held while the answer waits for its turn, only to be picked again.
    const page = pickUncutPage(log, request.afterSeq, request.maxBytes, smallOf(request.limits));
    if (page === undefined) return undefined;
    const draft = draftOf(log, request, page);
    const message = await write(log, draft, Buffer.allocUnsafe(draft.writer.length), request.gone);
    return message === undefined ? undefined : this.#answerOf(draft, message, () => undefined);
  }

  async #answerInTurn(log: EventLog, request: ReadRequest): Promise<ReadAnswer> {
    const endTurn = await this.#turns.begin(request.gone);
    let buffer: AnswerBuffer | undefined;
    const done = (): void => {
      buffer?.release();
      endTurn();
    };
    try {
      for (;;) {
        request.gone.throwIfAborted();
        const draft = draftOf(log, request, this.#pick(log, request));
        buffer?.release();
        buffer = this.#buffers.take(draft.writer.length);
        const message = await write(log, draft, buffer.bytes, request.gone);
        // Something was given back meanwhile: what is retained now is another page.
        if (message === undefined) continue;
        return this.#answerOf(draft, message, done);
      }
    } catch (error) {
      done();
      throw error;
    }
  }

  #answerOf({ page: { nextSeq } }: Draft, message: Uint8Array, sent: () => void): ReadAnswer {
    const prepared = new PreparedAnswer(() => {
      this.#transport.sendBytes(message, sent);
    });
    return { prepared, nextSeq };
  }

  #pick(log: EventLog, { afterSeq, maxBytes, limits = USUAL_LIMITS }: ReadRequest): ReadPage {
    const bytes = limits.bytes * (this.#buffers.isScarce ? SCARCE_SHARE : 1);
    return pickPage(log, afterSeq, maxBytes, { ...limits, bytes });
  }
}

interface Draft {
  readonly page: ReadPage;
  readonly writer: ReadAnswerWriter;
}

function smallOf({ bytes, events }: PageLimits = USUAL_LIMITS): PageLimits {
  return { bytes: Math.min(bytes, SMALL.bytes), events: Math.min(events, SMALL.events) };
}

function draftOf(log: EventLog, { id, extensions }: ReadRequest, page: ReadPage): Draft {
  const { entries, ...state } = page;
  const signal = extensions.signals === undefined ? {} : { signal: endingSignal(log, page) };
  const chunks = entries.map((entry) => outlineOf(entry, extensions));
  const writer = new ReadAnswerWriter(id, {
    chunks,
    ...state,
    failure: null,
    ...denialIn(page, log, extensions),
    ...signal,
  });
  return { page, writer };
}

/** The message, or undefined when the page is not retained any more. */
async function write(
  log: EventLog,
  { page, writer }: Draft,
  target: Uint8Array,
  gone: AbortSignal,
): Promise<Uint8Array | undefined> {
  writer.begin(target);
  const isWhole = await readOutput(
    log,
    page,
    (bytes) => {
      writer.write(bytes);
    },
    gone,
  );
  return isWhole ? writer.finish() : undefined;
}

/** What its sandbox has denied the process, as far as the page knows of the end. */
function denialIn(
  { exited }: ReadPage,
  log: EventLog,
  extensions: Extensions,
): Pick<ReadOutline, 'sandboxDenied' | 'denial'> {
  const denial = exited ? log.exited?.denial : undefined;
  if (denial === undefined) return { sandboxDenied: false };
  return { sandboxDenied: true, ...(extensions.sandbox === undefined ? {} : { denial }) };
}

/** The signal that ended the process, as far as the page knows of the end. */
function endingSignal(log: EventLog, { exited }: ReadPage): SignalName | null {
  return exited ? (log.exited?.signal ?? null) : null;
}

function outlineOf(entry: ReadEntry, extensions: Extensions): ReadChunkOutline {
  const { seq } = entry;
  if (entry.type === 'output') return { seq, stream: entry.stream, length: entry.length };
  const size = extensions.pty === undefined ? {} : { size: entry.size };
  return { seq, stream: 'pty', length: 0, ...size };
}

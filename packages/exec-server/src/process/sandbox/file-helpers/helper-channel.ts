import { setMaxListeners } from 'node:events';
import {
  base64Length,
  capabilitiesDiscover,
  capabilityRootsDiscover,
  createPeer,
  ExecError,
  fsList,
  fsReadDirectory,
  fsWalk,
  HELPER_QUEUE_BYTES,
  MAX_HELPER_ANSWER_BYTES,
  MAX_SHORT_HELPER_ANSWER_BYTES,
  type ParamsOf,
  type Peer,
  type RequestSpec,
  type ResultOf,
} from '@holdfast/exec-protocol';
import { fsReadFileUpTo } from '../../../file-up-to.js';
import { LineTransport } from '../../../line-transport.js';
import { Turns } from '../../../turns.js';

/** The other end of a channel, and who is told what becomes of it. */
export interface HelperEnd {
  /** Writes to its stdin; `done` is called when it has taken it, or never will. */
  write(line: Uint8Array, done: () => void): void;
  /** Ends the helper: it does what no helper does. */
  end(): void;
  /** Nothing more is answered. Comes before those who wait for answers learn of it. */
  onOver(): void;
}

/**
 * What the server says to one helper and believes of it: that its lines answer what it was asked. Anything else ends it, for a
 * helper works on files that others have written, and somebody may have taken it over.
 */
export class HelperChannel {
  readonly #lines: LineTransport;
  readonly #peer: Peer;
  readonly #turns = new Turns(1);
  /** The longest answers that are due. */
  readonly #due: number[] = [];
  readonly #over = new AbortController();
  #letGo: () => void = ignore;

  constructor(helper: HelperEnd) {
    // Every request that waits for its turn listens to it.
    setMaxListeners(0, this.#over.signal);
    this.#lines = new LineTransport({
      label: 'the sandbox',
      maxLineBytes: () => Math.max(MAX_SHORT_HELPER_ANSWER_BYTES, ...this.#due),
      write: (line, done) => {
        helper.write(line, done);
      },
      end: () => {
        helper.end();
      },
    });
    const destroy = (): void => {
      this.#lines.destroy();
    };
    this.#peer = createPeer({
      transport: this.#lines,
      onNotification: destroy,
      onUnmatchedAnswer: destroy,
      onMalformed: destroy,
      onInternalError: destroy,
      onDrain: () => {
        this.#letGo();
      },
      onClose: () => {
        helper.onOver();
        this.#over.abort(new ExecError('connectionLost', 'the sandbox has ended'));
        this.#letGo();
      },
    });
  }

  /** Bytes of the helper have arrived; nothing of them is kept. */
  take(bytes: Uint8Array): void {
    this.#lines.take(bytes);
  }

  /** The helper has ended. */
  ended(): void {
    this.#lines.ended('its sandbox has ended');
  }

  /**
   * Asks for something, once the helper has taken enough of what it was asked before.
   * @throws ExecError as the request fails; `connectionLost` when the helper ends meanwhile.
   */
  async ask<S extends RequestSpec>(spec: S, params: ParamsOf<S>): Promise<ResultOf<S>> {
    const longest = longestAnswer(spec, params);
    const { answer } = await this.#turns.take(this.#over.signal, async () => {
      while (this.#lines.bufferedBytes > HELPER_QUEUE_BYTES && !this.#lines.isClosed) await this.#room();
      this.#due.push(longest);
      return { answer: this.#peer.request(spec, params) };
    });
    try {
      return await answer;
    } finally {
      this.#due.splice(this.#due.indexOf(longest), 1);
    }
  }

  #room(): Promise<void> {
    return new Promise((resolve) => {
      this.#letGo = resolve;
    });
  }
}

/** How long the answer may be where it is not a short one: content is no longer than it was asked for. */
function longestAnswer({ method }: RequestSpec, params: unknown): number {
  if (method !== fsReadFileUpTo.method) return LONG_ANSWERS.has(method) ? MAX_HELPER_ANSWER_BYTES : 0;
  const { limitBytes } = fsReadFileUpTo.params.parse(params);
  return Math.min(base64Length(limitBytes) + MAX_SHORT_HELPER_ANSWER_BYTES, MAX_HELPER_ANSWER_BYTES);
}

/** What a listing is asked for by; nothing else but content has a long answer. */
const LONG_ANSWERS: ReadonlySet<string> = new Set(
  [fsReadDirectory, fsWalk, fsList, capabilityRootsDiscover, capabilitiesDiscover].map(
    ({ method }) => method,
  ),
);

function ignore(): void {
  // Nobody waits.
}

import { setMaxListeners } from 'node:events';
import {
  base64Length,
  capabilitiesDiscover,
  capabilityRootsDiscover,
  createPeer,
  ExecError,
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
import { fsListUpTo, fsReadDirectoryUpTo, fsWalkUpTo } from '../../../listing-up-to.js';
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

/** How long the answer may be where it is not a short one: content and listings are no longer than they were asked for. */
function longestAnswer({ method }: RequestSpec, params: unknown): number {
  if (LONG_ANSWERS.has(method)) return MAX_HELPER_ANSWER_BYTES;
  const limited = LIMITED_ANSWERS.get(method);
  if (limited === undefined) return 0;
  const { limitBytes } = limited.params.parse(params);
  const bytes = limited === fsReadFileUpTo ? base64Length(limitBytes) : limitBytes;
  return Math.min(bytes + MAX_SHORT_HELPER_ANSWER_BYTES, MAX_HELPER_ANSWER_BYTES);
}

const LONG_ANSWERS: ReadonlySet<string> = new Set(
  [capabilityRootsDiscover, capabilitiesDiscover].map(({ method }) => method),
);

/** What is asked for up to a number of bytes. */
const LIMITED_ANSWERS = new Map(
  [fsReadFileUpTo, fsReadDirectoryUpTo, fsWalkUpTo, fsListUpTo].map((spec) => [spec.method, spec]),
);

function ignore(): void {
  // Nobody waits.
}

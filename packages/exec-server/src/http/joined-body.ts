import { Readable } from 'node:stream';
import { GrowingBuffer, type LoopTurns, MAX_PASSED_A_TURN } from '@holdfast/sandbox/internal';

/** Bytes of a response that are joined until somebody takes them; no more is parsed then. */
export const MAX_JOINED_BODY_BYTES = 64 * 1024;

/** Parts of a response that are parsed until others have had their turn. */
export const MAX_PARTS_AT_ONCE = 128;

/** Where the parts of a body come from. */
export interface BodySource {
  /** No more comes until `resume`. */
  pause(): void;
  resume(): void;
  /** Nobody wants the rest. */
  abort(): void;
}

/**
 * The body of a response, for whoever takes it. Of one that is sent in parts of single bytes each part would otherwise be a
 * buffer, and work, of its own all the way: what comes until it is taken is handed on in one piece.
 */
export class JoinedBody extends Readable {
  readonly #source: BodySource;
  readonly #turns: LoopTurns;
  /** A large part as it came, until it is joined with others. */
  #whole: Buffer | undefined;
  #joined: GrowingBuffer | undefined;
  /** Parts since the last turn. */
  #parts = 0;
  #isWanted = false;
  #isPaused = false;
  #isPlanned = false;
  #leaveTurn: (() => void) | undefined;
  #end: { readonly error: Error | undefined } | undefined;

  /** @param turns In which the parser goes on where parts are small. */
  constructor(source: BodySource, turns: LoopTurns) {
    super({ highWaterMark: 1 });
    this.#source = source;
    this.#turns = turns;
    // Whoever reads it hears of an error; who has given it up does not.
    this.on('error', () => undefined);
  }

  /** The next part has come; called while the source is not paused. */
  add(part: Buffer): void {
    this.#parts += 1;
    if (this.#held === 0 && part.length >= MAX_JOINED_BODY_BYTES) this.#whole = part;
    else this.#join(part);
    if (this.#held >= MAX_JOINED_BODY_BYTES || this.#parts >= MAX_PARTS_AT_ONCE) {
      this.#isPaused = true;
      this.#source.pause();
    }
    this.#plan();
  }

  /** Nothing follows. @param error Why it is not whole; it is told behind what has come. */
  finish(error?: Error): void {
    this.#end ??= { error };
    this.#plan();
  }

  override _read(): void {
    this.#isWanted = true;
    this.#plan();
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    this.#leaveTurn?.();
    if (this.#end === undefined) this.#source.abort();
    this.#whole = this.#joined = undefined;
    done(error);
  }

  get #held(): number {
    return this.#whole?.length ?? this.#joined?.length ?? 0;
  }

  #join(part: Buffer): void {
    this.#joined ??= new GrowingBuffer();
    if (this.#whole !== undefined) this.#joined.add(this.#whole);
    this.#whole = undefined;
    this.#joined.add(part);
  }

  /** Once all parts that are parsed in one go have come, and never within the parser. */
  #plan(): void {
    if (this.#isPlanned) return;
    this.#isPlanned = true;
    queueMicrotask(() => {
      this.#isPlanned = false;
      if (!this.destroyed) this.#goOn();
    });
  }

  #goOn(): void {
    if (this.#isWanted) this.#pass();
    if (this.#isPaused && this.#held < MAX_JOINED_BODY_BYTES) this.#resume();
  }

  #pass(): void {
    const bytes = this.#whole ?? this.#joined?.bytes;
    if (bytes !== undefined) {
      this.#whole = this.#joined = undefined;
      this.#isWanted = false;
      this.push(bytes);
    } else if (this.#end !== undefined) {
      const { error } = this.#end;
      if (error === undefined) this.push(null);
      else this.destroy(error);
    }
  }

  #resume(): void {
    if (this.#leaveTurn !== undefined) return;
    if (this.#parts < MAX_PARTS_AT_ONCE) {
      this.#isPaused = false;
      this.#source.resume();
      return;
    }
    // They take as long as all that goes on in a turn.
    this.#leaveTurn = this.#turns.wait(
      () => {
        this.#leaveTurn = undefined;
        this.#parts = 0;
        this.#goOn();
      },
      () => MAX_PASSED_A_TURN,
    );
  }
}

import type { Socket } from 'node:net';
import { pipeline, Transform, type TransformCallback } from 'node:stream';
import { PROXY_IDLE_TIMEOUT_MS, PROXY_QUEUE_BYTES, PROXY_REQUEST_TIMEOUT_MS } from '../../limits.js';
import { canonicalHost } from '../canonical-host.js';
import { OpeningReader } from './client-hello.js';
import { GrowingBuffer } from './growing-buffer.js';
import type { LoopTurns } from './loop-turns.js';

/**
 * Carries bytes both ways until both ends are done, one fails, or neither says anything for long.
 * @param turns In which each piece goes on.
 * @param host Whom the client asked for; TLS to a server of another name is not carried. Undefined to carry all.
 * @param onOtherHost Called with the name when that happens; undefined where it could not be read.
 */
export function tunnel(
  client: Socket,
  server: Socket,
  turns: LoopTurns,
  host: string | undefined,
  onOtherHost: (name: string | undefined) => void,
): void {
  for (const socket of [client, server]) {
    socket.setTimeout(PROXY_IDLE_TIMEOUT_MS, () => {
      client.destroy();
      server.destroy();
    });
  }
  const check = host === undefined ? [] : [new OpeningCheck(host, onOtherHost)];
  pipeline([server, new InTurn(turns), client], () => undefined);
  pipeline([client, ...check, new InTurn(turns), server], () => undefined);
}

/** Passes each piece on in its turn: all that connections have read in one turn of the event loop would else be written in it. */
class InTurn extends Transform {
  readonly #turns: LoopTurns;
  #leaveTurn: (() => void) | undefined;

  constructor(turns: LoopTurns) {
    super({ highWaterMark: PROXY_QUEUE_BYTES });
    this.#turns = turns;
  }

  override _transform(piece: Buffer, _encoding: BufferEncoding, done: TransformCallback): void {
    this.#leaveTurn = this.#turns.wait(() => {
      done(null, piece);
    });
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    this.#leaveTurn?.();
    done(error);
  }
}

/** Holds back what a client sends until it is clear whom it is meant for. */
class OpeningCheck extends Transform {
  readonly #host: string;
  readonly #onOtherHost: (name: string | undefined) => void;
  /** Until it is clear. */
  #opening: { readonly reader: OpeningReader; readonly held: GrowingBuffer } | undefined = {
    reader: new OpeningReader(),
    held: new GrowingBuffer(),
  };
  #deadline: NodeJS.Timeout | undefined;

  constructor(host: string, onOtherHost: (name: string | undefined) => void) {
    super({ highWaterMark: PROXY_QUEUE_BYTES });
    this.#host = host;
    this.#onOtherHost = onOtherHost;
  }

  override _transform(chunk: Buffer, _encoding: BufferEncoding, done: TransformCallback): void {
    if (this.#opening === undefined) {
      done(null, chunk);
      return;
    }
    const { reader, held } = this.#opening;
    held.add(chunk);
    const opening = reader.add(chunk);
    if (opening.kind === 'incomplete') {
      // Who speaks second may be silent for long; who has begun may not.
      this.#deadline ??= setTimeout(() => this.destroy(this.#refusal(undefined)), PROXY_REQUEST_TIMEOUT_MS);
      done();
      return;
    }
    clearTimeout(this.#deadline);
    const isMeant = opening.kind === 'other' || (opening.kind === 'tls' && this.#isHost(opening.serverName));
    if (isMeant) {
      this.#opening = undefined;
      done(null, held.bytes);
      return;
    }
    done(this.#refusal(opening.kind === 'tls' ? opening.serverName : undefined));
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    clearTimeout(this.#deadline);
    done(error);
  }

  #refusal(serverName: string | undefined): Error {
    this.#onOtherHost(serverName);
    return new Error('the connection is meant for another host');
  }

  /** Without a name, the server can only be the one at the other end. */
  #isHost(serverName: string | undefined): boolean {
    return serverName === undefined || canonicalHost(serverName)?.host === this.#host;
  }
}

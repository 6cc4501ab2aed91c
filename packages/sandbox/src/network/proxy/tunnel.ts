import type { Socket } from 'node:net';
import { Transform, type TransformCallback } from 'node:stream';
import { PROXY_IDLE_TIMEOUT_MS, PROXY_QUEUE_BYTES, PROXY_REQUEST_TIMEOUT_MS } from '../../limits.js';
import { canonicalHost } from '../canonical-host.js';
import { OpeningReader } from './client-hello.js';
import { GrowingBuffer } from './growing-buffer.js';
import type { LoopTurns } from './loop-turns.js';
import { TurnedConnection } from './turned-connection.js';

const servers = new WeakMap<Socket, Socket>();

/** The connection to the server that a client has a tunnel to; it may be open after the client's own is closed. */
export function serverOf(client: Socket): Socket | undefined {
  return servers.get(client);
}

/**
 * Carries bytes both ways until both ends are done, one fails, or neither says anything for long. Where one end breaks off,
 * the other is reset; a client gets first what had come from the server.
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
  servers.set(client, server);
  const inside = new TurnedConnection(client, turns);
  const outside = new TurnedConnection(server, turns, { isReadOut: true });
  const breakOff = (): void => {
    inside.destroy();
    outside.destroy();
  };
  for (const end of [inside, outside]) {
    end.setTimeout(PROXY_IDLE_TIMEOUT_MS).once('timeout', breakOff);
  }
  outside.pipe(inside);
  outside.once('close', () => {
    if (!hasEnded(outside)) resetBehind(inside);
  });
  inside.once('close', () => {
    if (hasEnded(inside)) return;
    if (isEnding(server)) server.destroy();
    else server.resetAndDestroy();
  });
  if (host === undefined) inside.pipe(outside);
  else carryChecked(inside, outside, new OpeningCheck(host, onOtherHost).once('error', breakOff));
}

function carryChecked(inside: TurnedConnection, outside: TurnedConnection, check: OpeningCheck): void {
  inside.pipe(check).pipe(outside);
  outside.once('close', () => check.destroy());
}

/** Whether both directions of a connection that is closed came to their end. */
function hasEnded({ readableEnded, writableFinished }: TurnedConnection): boolean {
  return readableEnded && writableFinished;
}

/** Resets a connection once all is written that was to be, an end as well. */
function resetBehind(connection: TurnedConnection): void {
  const { socket } = connection;
  if (connection.writableNeedDrain) connection.once('drain', () => resetBehind(connection));
  else if (isEnding(socket)) socket.once('finish', () => socket.resetAndDestroy());
  else socket.resetAndDestroy();
}

/** Whether the end of a connection is on its way. Node would forget one that is reset meanwhile, and never close it. */
function isEnding({ writableEnded, writableLength, writableFinished }: Socket): boolean {
  return writableEnded && writableLength === 0 && !writableFinished;
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

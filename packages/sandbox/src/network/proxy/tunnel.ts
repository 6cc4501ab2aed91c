import type { Socket } from 'node:net';
import { pipeline, Transform, type TransformCallback } from 'node:stream';
import { PROXY_IDLE_TIMEOUT_MS } from '../../limits.js';
import { canonicalHost } from '../canonical-host.js';
import { OpeningReader } from './client-hello.js';

/**
 * Carries bytes both ways until both ends are done, one fails, or neither says anything for long.
 * @param host Whom the client asked for; TLS to a server of another name is not carried. Undefined to carry all.
 * @param onOtherHost Called with the name when that happens; undefined where it could not be read.
 */
export function tunnel(
  client: Socket,
  server: Socket,
  host: string | undefined,
  onOtherHost: (name: string | undefined) => void,
): void {
  for (const socket of [client, server]) {
    socket.setTimeout(PROXY_IDLE_TIMEOUT_MS, () => {
      client.destroy();
      server.destroy();
    });
  }
  pipeline(server, client, () => undefined);
  if (host === undefined) pipeline(client, server, () => undefined);
  else pipeline(client, new OpeningCheck(host, onOtherHost), server, () => undefined);
}

/** Holds back what a client sends until it is clear whom it is meant for. */
class OpeningCheck extends Transform {
  readonly #host: string;
  readonly #onOtherHost: (name: string | undefined) => void;
  /** Until it is clear. */
  #opening: { readonly reader: OpeningReader; readonly held: Buffer[] } | undefined = {
    reader: new OpeningReader(),
    held: [],
  };

  constructor(host: string, onOtherHost: (name: string | undefined) => void) {
    super();
    this.#host = host;
    this.#onOtherHost = onOtherHost;
  }

  override _transform(chunk: Buffer, _encoding: BufferEncoding, done: TransformCallback): void {
    if (this.#opening === undefined) {
      done(null, chunk);
      return;
    }
    const { reader, held } = this.#opening;
    held.push(chunk);
    const opening = reader.add(chunk);
    if (opening.kind === 'incomplete') {
      done();
      return;
    }
    const isMeant = opening.kind === 'other' || (opening.kind === 'tls' && this.#isHost(opening.serverName));
    if (isMeant) {
      this.#opening = undefined;
      done(null, Buffer.concat(held));
      return;
    }
    this.#onOtherHost(opening.kind === 'tls' ? opening.serverName : undefined);
    done(new Error('the connection is meant for another host'));
  }

  /** Without a name, the server can only be the one at the other end. */
  #isHost(serverName: string | undefined): boolean {
    return serverName === undefined || canonicalHost(serverName)?.host === this.#host;
  }
}

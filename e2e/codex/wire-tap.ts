import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { FrameReader } from '../frame-reader.js';
import type { Message } from '../raw-client.js';

/** A message on its way. */
export interface TappedMessage {
  /** Which connection carried it, counted from 1. */
  readonly link: number;
  readonly from: 'client' | 'server';
  readonly message: Message;
}

/** A listener in front of a server at `ws://…` that hands all bytes on unchanged and keeps the messages among them. */
export interface WireTap extends AsyncDisposable {
  /** The server's URL with the address of the tap. */
  readonly url: string;
  /** What was handed on, in order. */
  readonly messages: readonly TappedMessage[];
  /**
   * Ends the connection, with an RST on both sides, instead of handing on the next message that matches, and then calls
   * `onCut`. One that was set before is forgotten.
   */
  cutInsteadOf(matches: (message: TappedMessage) => boolean, onCut?: () => void): void;
}

/** Starts a tap. */
export async function startWireTap(target: string): Promise<WireTap> {
  const messages: TappedMessage[] = [];
  const sockets = new Set<Socket>();
  const url = new URL(target);
  const { hostname, port } = url;
  let links = 0;
  let cut: { readonly matches: (message: TappedMessage) => boolean; readonly onCut: () => void } | undefined;

  /** Whether a frame may pass. */
  const inspect = (link: number, from: TappedMessage['from'], text: string | undefined): boolean => {
    if (text === undefined) return true;
    const tapped = { link, from, message: JSON.parse(text) as Message };
    if (cut?.matches(tapped) !== true) {
      messages.push(tapped);
      return true;
    }
    const { onCut } = cut;
    cut = undefined;
    onCut();
    return false;
  };

  const server = createServer({ noDelay: true }, (client) => {
    links += 1;
    const upstream = connect({ host: hostname, port: Number(port), noDelay: true });
    const pair = [client, upstream];
    const reset = (): void => {
      for (const socket of pair) socket.resetAndDestroy();
    };
    for (const socket of pair) {
      sockets.add(socket);
      socket.on('error', reset).once('close', () => sockets.delete(socket));
    }
    const link = links;
    relay(client, upstream, (text) => inspect(link, 'client', text), reset);
    relay(upstream, client, (text) => inspect(link, 'server', text), reset);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  url.port = String((server.address() as AddressInfo).port);
  return {
    url: url.href,
    messages,
    cutInsteadOf(matches, onCut = () => undefined) {
      cut = { matches, onCut };
    },
    async [Symbol.asyncDispose]() {
      const closed = once(server, 'close');
      server.close();
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}

/** Hands on frame by frame until one may not pass. */
function relay(
  from: Socket,
  to: Socket,
  mayPass: (text: string | undefined) => boolean,
  reset: () => void,
): void {
  const reader = new FrameReader();
  from.on('data', (bytes: Buffer) => {
    for (const { raw, text } of reader.push(bytes)) {
      if (!mayPass(text)) {
        reset();
        return;
      }
      if (!to.write(raw)) {
        from.pause();
        to.once('drain', () => from.resume());
      }
    }
  });
  from.once('end', () => to.end());
}

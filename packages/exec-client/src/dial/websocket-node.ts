import { constants } from 'node:buffer';
import type { IncomingMessage } from 'node:http';
import { connect } from 'node:net';
import type { Duplex } from 'node:stream';
import type { Transport } from '@holdfast/exec-protocol';
import { WebSocket } from 'ws';
import { connectError, refusedError } from './connect-failure.js';
import { corkPerTurn } from './cork.js';
import type { DialOptions } from './dial-options.js';
import { maskingOf } from './masking.js';
import type { DialTarget } from './target.js';
import { SocketTransport } from './websocket-transport.js';

/** A server may answer a read with one big frame, up to what a text of V8 holds. */
const MAX_FRAME_BYTES = constants.MAX_STRING_LENGTH;

/** What is read of the page that came instead of a WebSocket. */
const MAX_REFUSAL_BYTES = 4096;

/**
 * Opens a WebSocket over TCP or a Unix socket.
 * @throws ExecError `connectFailed`; the reason of the signal.
 */
export function dialWebSocket(
  target: DialTarget & { readonly kind: 'websocket' | 'unix' },
  { token, headers, signal }: DialOptions,
): Promise<Transport> {
  const socket = new WebSocket(target.kind === 'unix' ? 'ws://localhost/' : target.url, {
    headers: { ...(token === undefined ? {} : { authorization: `Bearer ${token}` }), ...headers },
    perMessageDeflate: false,
    maxPayload: MAX_FRAME_BYTES,
    ...maskingOf(target),
    ...(target.kind === 'unix' ? { createConnection: () => connect(target.path) } : {}),
  });
  return new Promise((resolve, reject: (reason: unknown) => void) => {
    let carrier: Duplex | undefined;
    const abort = (): void => {
      reject(signal.reason);
      socket.terminate();
    };
    signal.addEventListener('abort', abort, { once: true });
    socket.once('upgrade', (response) => {
      carrier = response.socket;
    });
    socket.once('unexpected-response', (_request, response) => {
      // Taken now: at the end of the answer the agent would keep it for a next request, which never comes.
      const { socket: used } = response;
      void readRefusal(response).then((text) => {
        signal.removeEventListener('abort', abort);
        reject(refusedError(target.label, response.statusCode ?? 0, text));
        used.destroy();
      });
    });
    socket.on('error', (error) => {
      reject(connectError(target.label, error));
    });
    socket.once('open', () => {
      signal.removeEventListener('abort', abort);
      resolve(new SocketTransport(target.label, socket, carrier, corkPerTurn(carrier)));
    });
    socket.once('close', () => {
      signal.removeEventListener('abort', abort);
    });
  });
}

async function readRefusal(response: IncomingMessage): Promise<string> {
  let text = '';
  try {
    for await (const chunk of response.setEncoding('utf8')) {
      text += String(chunk);
      if (text.length >= MAX_REFUSAL_BYTES) break;
    }
  } catch {
    // What came until then is all that there is to tell.
  }
  return text.slice(0, MAX_REFUSAL_BYTES).trim();
}

import type { Socket } from 'node:net';
import { canonicalHost, isPort } from '../canonical-host.js';
import type { Gate, NetworkCaller } from '../gate.js';
import { clientOf } from './client-of.js';
import { farewell } from './farewell.js';
import type { LoopTurns } from './loop-turns.js';
import { whileWaiting } from './presence.js';
import {
  NO_AUTHENTICATION,
  readGreeting,
  readSocksRequest,
  SOCKS_CONNECT,
  SOCKS_REPLY,
  SOCKS_VERSION,
  type SocksMessage,
  type SocksRequest,
  socksReply,
} from './socks5.js';
import { tunnel } from './tunnel.js';

/** No message of a client is longer. */
const MAX_MESSAGE_BYTES = 512;

const NO_ACCEPTABLE_METHOD = 0xff;

/** Turns a connection away where SOCKS is not served. */
export function refuseSocks(gate: Gate, socket: Socket): void {
  refuse(gate, socket, 'not_supported', Buffer.from([SOCKS_VERSION, NO_ACCEPTABLE_METHOD]));
}

/**
 * Serves one SOCKS 5 connection through a gate. Who is at the other end is known by the listener, so no credentials are
 * asked for.
 * @param onRequest Called when it is clear what the connection wants, or that it wants nothing that could be read.
 */
export async function serveSocks(
  gate: Gate,
  socket: Socket,
  turns: LoopTurns,
  onRequest: () => void,
): Promise<void> {
  const methods = await readMessage(socket, readGreeting);
  if (methods?.includes(NO_AUTHENTICATION) !== true) {
    onRequest();
    if (methods === undefined) refuse(gate, socket, 'malformed');
    else refuseSocks(gate, socket);
    return;
  }
  socket.write(Buffer.from([SOCKS_VERSION, NO_AUTHENTICATION]));
  const request = await readMessage(socket, readSocksRequest);
  onRequest();
  if (request === undefined) refuse(gate, socket, 'malformed');
  else if (request.command === SOCKS_CONNECT) await serveConnect(gate, socket, turns, request);
  else refuse(gate, socket, 'not_supported', socksReply(SOCKS_REPLY.commandNotSupported));
}

function refuse(
  gate: Gate,
  socket: Socket,
  reason: 'malformed' | 'not_supported',
  answer: Buffer = Buffer.alloc(0),
): void {
  // It broke off, or took too long and was refused for that.
  if (socket.destroyed) return;
  gate.refuse(callerOf(socket), reason);
  farewell(socket, answer);
}

async function serveConnect(
  gate: Gate,
  socket: Socket,
  turns: LoopTurns,
  { host: written, port }: SocksRequest,
): Promise<void> {
  const caller = callerOf(socket);
  const host = canonicalHost(written);
  if (host === undefined || !isPort(port)) {
    gate.refuse(caller, 'invalid_target', { host: written, port });
    farewell(socket, socksReply(SOCKS_REPLY.notAllowed));
    return;
  }
  const passage = await whileWaiting(socket, (gone) => gate.open(caller, { host, port }, gone));
  if (passage.outcome !== 'open') {
    const code = passage.outcome === 'refused' ? SOCKS_REPLY.notAllowed : SOCKS_REPLY.hostUnreachable;
    farewell(socket, socksReply(code));
  } else if (socket.destroyed) {
    passage.socket.destroy();
  } else {
    socket.write(socksReply(SOCKS_REPLY.succeeded));
    tunnel(socket, passage.socket, turns, host.host, (name) => {
      gate.refuse(caller, 'other_host', { host: name ?? host.host, port });
    });
  }
}

function callerOf(socket: Socket): NetworkCaller {
  return { protocol: 'socks5_tcp', client: clientOf(socket) };
}

/** Reads one message and leaves what follows it. Undefined when it is none, or the connection ends before. */
function readMessage<T>(socket: Socket, read: (bytes: Buffer) => SocksMessage<T>): Promise<T | undefined> {
  return new Promise((resolve) => {
    let held = Buffer.alloc(0);
    const settle = (value: T | undefined): void => {
      socket.off('data', take).off('close', giveUp).off('end', giveUp);
      socket.pause();
      resolve(value);
    };
    const giveUp = (): void => settle(undefined);
    const take = (chunk: Buffer): void => {
      held = Buffer.concat([held, chunk]);
      const message = read(held);
      if (message.kind === 'complete') {
        settle(message.value);
        if (held.length > message.length) socket.unshift(held.subarray(message.length));
      } else if (message.kind === 'malformed' || held.length > MAX_MESSAGE_BYTES) {
        settle(undefined);
      }
    };
    socket.on('data', take).on('close', giveUp).on('end', giveUp);
    socket.resume();
  });
}

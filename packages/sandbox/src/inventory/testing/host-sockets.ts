import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';

/** Kinds of Unix sockets, as Python names them. */
type SocketKind = 'SOCK_STREAM' | 'SOCK_DGRAM' | 'SOCK_SEQPACKET';

/** Unix sockets of the host, as daemons have them, and what has come in. */
export interface HostSockets extends AsyncDisposable {
  /** Sends this to the socket of an address from outside of any sandbox. @returns all that had come in by then, it included. */
  receivedUpTo(kind: SocketKind, address: string, text: string): Promise<readonly string[]>;
}

// An abstract address begins with @, which stands for a zero byte.
const ADDRESS = `def bytes_of(at): return b"\\0" + at[1:].encode() if at[0] == "@" else at.encode()`;

const LISTEN = `
import os, select, socket, sys
${ADDRESS}
poll = select.poll()
open_sockets = {}
for kind, at in zip(sys.argv[1::2], sys.argv[2::2]):
  one = socket.socket(socket.AF_UNIX, getattr(socket, kind))
  one.bind(bytes_of(at))
  if at[0] != "@": os.chmod(at, 0o777)
  if kind != "SOCK_DGRAM": one.listen(16)
  open_sockets[one.fileno()] = one
  poll.register(one, select.POLLIN)
print("up", flush=True)
while True:
  for fd, _ in poll.poll():
    one = open_sockets[fd]
    if one.type == socket.SOCK_DGRAM: print(one.recv(4096).decode(), flush=True)
    else:
      print("connected", flush=True)
      came = one.accept()[0]
      print(came.recv(4096).decode(), flush=True)
`;

const SEND = `
import socket, sys
${ADDRESS}
kind, at, text = sys.argv[1:]
one = socket.socket(socket.AF_UNIX, getattr(socket, kind))
one.connect(bytes_of(at))
one.send(text.encode())
`;

/** A Python program that tries what leads to each of these addresses, by every way there is to a Unix socket. */
export function reachForSockets(addresses: readonly string[]): string {
  return `
import socket
${ADDRESS}
for kind in (socket.SOCK_STREAM, socket.SOCK_DGRAM, socket.SOCK_SEQPACKET):
  for at in map(bytes_of, ${JSON.stringify(addresses)}):
    for make in (lambda: socket.socket(socket.AF_UNIX, kind), lambda: socket.socketpair(socket.AF_UNIX, kind)[0]):
      for way in (lambda one: (one.connect(at), one.send(b"inside")), lambda one: one.sendto(b"inside", at)):
        try: way(make())
        except OSError: pass
print("tried")
`;
}

/** Opens sockets on this machine. @param sockets Their kinds and addresses; an abstract one begins with @. */
export async function openHostSockets(
  sockets: readonly (readonly [kind: SocketKind, address: string])[],
): Promise<HostSockets> {
  const child = spawn('python3', ['-c', LISTEN, ...sockets.flat()], { stdio: ['ignore', 'pipe', 'inherit'] });
  const ended = new Promise<void>((resolve) => child.once('close', () => resolve()));
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const next = async (): Promise<string> => {
    const line: IteratorResult<string, undefined> = await lines.next();
    if (line.done === true) throw new Error('the sockets of the host went away');
    return line.value;
  };
  if ((await next()) !== 'up') throw new Error('there are no sockets of the host');
  return {
    async receivedUpTo(kind, address, text) {
      spawn('python3', ['-c', SEND, kind, address, text], { stdio: 'inherit' });
      const seen: string[] = [];
      while (seen.at(-1) !== text) seen.push(await next());
      return seen;
    },
    async [Symbol.asyncDispose]() {
      child.kill('SIGKILL');
      await ended;
    },
  };
}

import { createSocket, type RemoteInfo } from 'node:dgram';
import { once } from 'node:events';
import { isIPv4 } from 'node:net';

/** A server of names on the loopback. */
export interface DnsServer extends AsyncDisposable {
  /** As a resolver takes it. */
  readonly address: string;
  /** The names that were asked for, with A or AAAA before them, each once. */
  readonly asked: ReadonlySet<string>;
}

const [A, AAAA] = [1, 28];

const NO_SUCH_NAME = 3;

/** @param names The addresses of each; of `silent` ones nothing is ever said, and all others do not exist. */
export async function startDnsServer(
  names: Readonly<Record<string, readonly string[] | 'silent'>>,
): Promise<DnsServer> {
  const asked = new Set<string>();
  const socket = createSocket('udp4');
  socket.on('message', (query: Buffer, { port, address }: RemoteInfo) => {
    const { name, type, end } = questionOf(query);
    asked.add(`${type === A ? 'A' : 'AAAA'} ${name}`);
    const known = names[name];
    if (known === 'silent') return;
    const addresses = (known ?? []).filter((one) => isIPv4(one) === (type === A));
    socket.send(answerTo(query.subarray(0, end), known !== undefined, addresses), port, address);
  });
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');
  return {
    address: `127.0.0.1:${socket.address().port}`,
    asked,
    async [Symbol.asyncDispose]() {
      socket.close();
      await once(socket, 'close');
    },
  };
}

function questionOf(query: Buffer): { readonly name: string; readonly type: number; readonly end: number } {
  const labels: string[] = [];
  let at = 12;
  for (let size = query.readUInt8(at); size > 0; size = query.readUInt8(at)) {
    labels.push(query.toString('latin1', at + 1, at + 1 + size));
    at += 1 + size;
  }
  return { name: labels.join('.').toLowerCase(), type: query.readUInt16BE(at + 1), end: at + 5 };
}

/** @param query Up to the end of its question. */
function answerTo(query: Buffer, isKnown: boolean, addresses: readonly string[]): Buffer {
  const head = Buffer.from(query);
  head.writeUInt16BE(0x8180 | (isKnown ? 0 : NO_SUCH_NAME), 2);
  [addresses.length, 0, 0].forEach((count, index) => head.writeUInt16BE(count, 6 + 2 * index));
  return Buffer.concat([head, ...addresses.map(recordOf)]);
}

/** With the name of the question, for a minute. */
function recordOf(address: string): Buffer {
  const bytes = isIPv4(address) ? address.split('.').map(Number) : ipv6Bytes(address);
  const type = isIPv4(address) ? A : AAAA;
  return Buffer.from([0xc0, 12, 0, type, 0, 1, 0, 0, 0, 60, 0, bytes.length, ...bytes]);
}

/** Of an address that is written out. */
function ipv6Bytes(address: string): number[] {
  return [
    ...Buffer.from(
      address
        .split(':')
        .map((group) => group.padStart(4, '0'))
        .join(''),
      'hex',
    ),
  ];
}

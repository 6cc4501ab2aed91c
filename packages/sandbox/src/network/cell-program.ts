/** What the cell sends with each listener that it hands out. */
export interface CellMessage {
  /** Where it is in the list of ports. */
  readonly index: number;
  readonly pid: number;
  readonly port: number;
  /** Why there is no listener: the code of an error. */
  readonly problem?: string;
}

/**
 * Runs inside a new network and hands out listeners on its loopback; argument: their ports, 0 for any. It is text because
 * the program that runs it must need no file. On its standard output is a byte for each message that it has sent: Node
 * does not tell of one that the system has refused, and tells twice of one that it sends again.
 */
export const CELL_PROGRAM = `
'use strict';
const { writeSync } = require('node:fs');
const { createServer } = require('node:net');
process.on('disconnect', () => process.exit());
JSON.parse(process.argv[1]).forEach((wanted, index) => {
  const server = createServer();
  let isSent = false;
  const sent = () => {
    if (!isSent) writeSync(1, '.');
    isSent = true;
  };
  const send = (more, handle) =>
    process.send({ index, pid: process.pid, port: wanted, ...more }, handle, {}, sent);
  server.on('error', ({ code }) => send({ problem: code }));
  server.listen(wanted, '127.0.0.1', () => send({ port: server.address().port }, server));
});
`;

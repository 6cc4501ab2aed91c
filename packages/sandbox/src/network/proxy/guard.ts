import type { Duplex } from 'node:stream';

/** Sees to it that what goes wrong in serving a connection ends that connection and nothing else. */
export type Guard = (socket: Duplex, work: Promise<void>) => void;

/** @param onFault Hears of what went wrong. */
export function guardWith(onFault: (error: unknown) => void): Guard {
  return (socket, work) => {
    work.catch((error: unknown) => {
      socket.destroy();
      onFault(error);
    });
  };
}

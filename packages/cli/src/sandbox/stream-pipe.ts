import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, constants, openSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { Duplex } from 'node:stream';
import { SYSTEM_PATH } from '@holdfast/sandbox/internal';

/** Both ends of a pipe; whoever has it closes each. */
export interface StreamPipe {
  readonly readFd: number;
  readonly writeFd: number;
}

/**
 * Makes pipes. Those of Node are sockets, which nobody opens again as `/dev/stdin`; and a named one that is opened again waits
 * for its other end, which may have been closed in order. So a shell makes them, and they are taken from its processes.
 * @throws Error of the system where they cannot be made. Linux only.
 */
export async function makePipes(count: number): Promise<readonly StreamPipe[]> {
  const shell = spawn('sh', ['-c', scriptFor(count)], {
    stdio: ['ignore', 'ignore', 'ignore', 'pipe', 'pipe'],
    env: { PATH: SYSTEM_PATH },
    detached: true,
  });
  const gone = endOf(shell);
  const pipes: StreamPipe[] = [];
  try {
    for await (const holder of holdersIn(shell)) {
      pipes.push(openBothEnds(`/proc/${holder}/fd/0`));
      if (pipes.length === count) return pipes;
    }
    throw await gone.then((why) => new Error(`no pipe could be made for the streams: ${why}`));
  } catch (error) {
    for (const fd of pipes.flatMap(({ readFd, writeFd }) => [readFd, writeFd])) closeSync(fd);
    throw error;
  } finally {
    killGroup(shell);
    // Until they are gone they may take what is written.
    await gone;
  }
}

/** Each process but the first has a pipe as its input, says who it is, and waits to be killed, or for the end of this program. */
function scriptFor(count: number): string {
  const holders = Array.from({ length: count }, () => ' | hold').join('');
  return `hold() { read -r id rest < /proc/self/stat; echo "$id" >&3; read -r none; }; read -r none <&4${holders}`;
}

async function* holdersIn(shell: ChildProcess): AsyncGenerator<string> {
  // Without a free descriptor Node makes no streams, whatever the type says.
  const { stdio } = shell as { readonly stdio?: ChildProcess['stdio'] };
  const input: unknown = stdio?.[TOLD_AT];
  if (!(input instanceof Duplex)) return;
  for await (const line of createInterface({ input })) if (/^\d+$/.test(line)) yield line;
}

const TOLD_AT = 3;

/** Settles with how the shell has ended when all its processes have. */
function endOf(shell: ChildProcess): Promise<string> {
  return new Promise((resolve) => {
    shell.once('error', ({ message }) => {
      resolve(message);
    });
    shell.once('close', (code, signal) => {
      resolve(`sh ended with ${String(signal ?? code)}`);
    });
  });
}

function killGroup({ pid }: ChildProcess): void {
  try {
    if (pid !== undefined) process.kill(-pid, 'SIGKILL');
  } catch {
    // It has ended.
  }
}

function openBothEnds(path: string): StreamPipe {
  const readFd = openSync(path, constants.O_RDONLY);
  try {
    return { readFd, writeFd: openSync(path, constants.O_WRONLY) };
  } catch (error) {
    closeSync(readFd);
    throw error;
  }
}

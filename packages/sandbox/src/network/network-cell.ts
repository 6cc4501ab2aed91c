import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { text } from 'node:stream/consumers';
import { ExecError } from '@holdfast/exec-protocol';
import { lacksDescriptors } from '../files/error-code.js';
import { lackOfDescriptors } from '../files/lack-of-descriptors.js';
import { CELL_START_TIMEOUT_MS } from '../limits.js';
import { explainFault } from '../machine/bwrap-fault.js';
import { NO_INSPECTOR } from '../machine/no-inspector.js';
import { systemProgram } from '../machine/system-programs.js';
import { refuse } from '../refuse.js';
import { CELL_PROGRAM, type CellMessage } from './cell-program.js';
import { HandOver } from './hand-over.js';
import { PROXY_SOCKET } from './proxy/socket-options.js';

/** A network with nothing in it but a loopback, and listeners there that this process serves. */
export interface NetworkCell {
  /** In the order in which their ports were asked for. */
  readonly listeners: readonly CellListener[];
  /** What a program is started through to be in the cell. */
  readonly entrance: readonly [string, ...string[]];
  /** Nothing new can come in. What runs inside keeps an empty network. */
  close(): void;
}

interface CellListener {
  readonly server: Server;
  readonly port: number;
}

/**
 * Makes a network cell. Whoever connects to one of its listeners is in the cell: there is nothing to forge.
 * @param bwrap The absolute path of bubblewrap.
 * @param ports Of the loopback inside; 0 for any that is free.
 * @param signal Stops the wait for it.
 * @throws ExecError `sandboxUnsupported` when this machine cannot make one, or a port cannot be opened; `noDescriptors` when this
 *   process has none left for it.
 */
export async function openNetworkCell(
  bwrap: string,
  ports: readonly number[],
  signal?: AbortSignal,
): Promise<NetworkCell> {
  signal?.throwIfAborted();
  const nsenter = systemProgram('nsenter');
  if (nsenter === undefined) {
    refuse(
      'network',
      'hosts can be allowed one by one only with nsenter, which is not among the programs of the system; install util-linux',
    );
  }
  // Node loses some of those that it has where they are too few to start a process.
  const lack = lackOfDescriptors(DESCRIPTORS_TO_START + ports.length);
  if (lack !== undefined) throw failure('no process can be started', lack);
  const child = startCell(bwrap, ports);
  try {
    const { pid, listeners } = await collect(child, ports, signal);
    const close = (): void => {
      for (const { server } of listeners) server.close();
      for (const fd of spaces.splice(0)) closeSync(fd);
    };
    const spaces: number[] = [];
    try {
      for (const kind of ['user', 'net']) spaces.push(openSync(`/proc/${pid}/ns/${kind}`, 'r'));
    } catch (error) {
      close();
      throw failure('it went away again', error);
    }
    // By way of this process, so that the command inherits no descriptor.
    const [user, net] = spaces.map((fd) => `/proc/${process.pid}/fd/${fd}`) as [string, string];
    return {
      listeners,
      entrance: [nsenter, `--user=${user}`, `--net=${net}`, '--preserve-credentials', '--'],
      close,
    };
  } finally {
    if (child.connected) child.disconnect();
    else endGroup(child);
  }
}

/** With all that it has forked: that may not know yet that it is to end with it. */
function endGroup({ pid }: ChildProcess): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // It has ended.
  }
}

function failure(problem: string, cause?: unknown): ExecError {
  const [kind, why] = lacksDescriptors(cause)
    ? ([
        'noDescriptors',
        'no file descriptors are left; end some processes or raise the limit (ulimit -n)',
      ] as const)
    : (['sandboxUnsupported', problem] as const);
  return new ExecError(kind, `network: none could be made for the command: ${why}`, { cause });
}

/** What another process has met, as it would be here. */
function systemError(code: string): Error {
  return Object.assign(new Error(code), { code });
}

function startCell(bwrap: string, ports: readonly number[]): ChildProcess {
  // Without devices of its own: those would need a second user namespace, and nobody could join the network's.
  const options = ['--unshare-user', '--unshare-net', '--ro-bind', '/', '/', '--die-with-parent'];
  const program = [process.execPath, NO_INSPECTOR, '-e', CELL_PROGRAM, JSON.stringify(ports)];
  return spawn(bwrap, [...options, ...LOW_PORTS, '--', ...program], {
    env: {},
    cwd: '/',
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    detached: true,
  });
}

/** Both ends of its three pipes, and of one that tells whether it runs. */
const DESCRIPTORS_TO_START = 8;

/** Inside its own network, and only there, the cell may open ports below 1024. */
const LOW_PORTS = ['--cap-add', 'CAP_NET_BIND_SERVICE'];

const NOT_HANDED_OVER =
  'a listener could not be handed over: programs of this user have sent each other as many descriptors, over Unix sockets, as may be under way until they are taken; end them, such as commands in other sandboxes';

function collect(
  child: ChildProcess,
  ports: readonly number[],
  signal: AbortSignal | undefined,
): Promise<{ readonly pid: number; readonly listeners: readonly CellListener[] }> {
  return new Promise((resolve, reject) => {
    const listeners: CellListener[] = [];
    let isSettled = false;
    const settle = (): void => {
      isSettled = true;
      clearTimeout(deadline);
      handOver.end();
      signal?.removeEventListener('abort', abort);
    };
    const giveUp = (error: Error): void => {
      if (isSettled) return;
      settle();
      for (const { server } of Object.values(listeners)) server.close();
      endGroup(child);
      reject(error);
    };
    const fail = (problem: string, cause?: unknown): void => giveUp(failure(problem, cause));
    const abort = (): void => giveUp(signal?.reason as Error);
    const handOver = new HandOver(() => fail(NOT_HANDED_OVER));
    const deadline = setTimeout(() => fail('it took too long'), CELL_START_TIMEOUT_MS);
    signal?.addEventListener('abort', abort, { once: true });
    const complaint = child.stderr === null ? '' : text(child.stderr).catch(() => '');
    child.once('error', (error) => fail(error.message, error));
    child.once('close', () => void Promise.resolve(complaint).then((words) => fail(explainFault(words))));
    // Of a handle for which there is no descriptor, Node tells nowhere else.
    child.on('internalMessage', ({ cmd }: { readonly cmd?: unknown }, handle?: unknown) => {
      if (cmd === 'NODE_HANDLE' && !handle) fail('a listener was lost', systemError('EMFILE'));
    });
    child.stdout?.on('data', (bytes: Buffer) => handOver.sent(bytes.length));
    child.on('message', (message: CellMessage, handle: Server | undefined) => {
      handOver.came();
      const { index, pid, port, problem } = message;
      if (isSettled) {
        handle?.close();
      } else if (problem !== undefined) {
        const what = port === 0 ? 'no port can' : `port ${port} cannot`;
        fail(`${what} be opened inside (${problem})`, systemError(problem));
      } else {
        // A server that came through the channel ends a connection as soon as one side does.
        const server = createServer(PROXY_SOCKET).listen(handle);
        // A connection that cannot be accepted is none.
        server.on('error', () => undefined);
        listeners[index] = { server, port };
        if (Object.keys(listeners).length < ports.length) return;
        settle();
        resolve({ pid, listeners });
      }
    });
  });
}

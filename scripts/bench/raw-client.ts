import { once } from 'node:events';
import WebSocket from 'ws';

/** The same plain JSON client for every server, so that a difference is one of the servers. */
export interface RawClient {
  request(method: string, params: object): Promise<Answer>;
  /** Starts a process and waits until it has closed. Fails where it does not exit with 0: what has not run is not measured. */
  run(argv: readonly string[], options?: RunOptions): Promise<void>;
  /** Starts a process and answers as soon as it has started. */
  start(argv: readonly string[], options?: RunOptions): Promise<StartedProcess>;
  /** Raw output bytes that have arrived. */
  readonly outputBytes: number;
  close(): void;
}

/** A process that was started. */
interface StartedProcess {
  readonly id: string;
  readonly closed: Promise<void>;
  /** Writes and waits for the next piece of output. */
  echo(text: string): Promise<void>;
}

/** How a process is started. */
interface RunOptions {
  readonly tty?: boolean;
  readonly pipeStdin?: boolean;
  /** What the process may do. */
  readonly sandbox?: object;
  /** Members of the start that give the process a network of its own. */
  readonly network?: object;
}

interface Answer {
  readonly result?: unknown;
  readonly error?: { readonly message: string };
}

interface Message extends Answer {
  readonly id?: number;
  readonly method?: string;
  readonly params?: { readonly processId: string; readonly chunk?: string; readonly exitCode?: number };
}

/** Connects and shakes hands without any extension. */
export async function connectRaw(url: string): Promise<RawClient> {
  const socket = new WebSocket(url, { perMessageDeflate: false, maxPayload: 0 });
  await once(socket, 'open');
  const client = new JsonClient(socket);
  await client.request('initialize', { clientName: 'bench' });
  socket.send('{"method":"initialized","params":{}}');
  return client;
}

class JsonClient implements RawClient {
  readonly #socket: WebSocket;
  readonly #answers = new Map<number, (answer: Answer) => void>();
  readonly #closed = new Map<string, () => void>();
  readonly #output = new Map<string, () => void>();
  readonly #exitCodes = new Map<string, number | undefined>();
  #lastId = 0;
  #lastProcess = 0;
  #lastWrite = 0;
  outputBytes = 0;

  constructor(socket: WebSocket) {
    this.#socket = socket;
    socket.on('message', (data) => {
      this.#receive(JSON.parse((data as Buffer).toString()) as Message);
    });
  }

  request(method: string, params: object): Promise<Answer> {
    this.#lastId += 1;
    const id = this.#lastId;
    return new Promise((resolve) => {
      this.#answers.set(id, resolve);
      this.#socket.send(JSON.stringify({ id, method, params }));
    });
  }

  async run(argv: readonly string[], options: RunOptions = {}): Promise<void> {
    const { id, closed } = await this.start(argv, options);
    await closed;
    const code = this.#exitCodes.get(id);
    this.#exitCodes.delete(id);
    if (code !== 0) throw new Error(`${argv.join(' ')} has ended with code ${String(code)}`);
  }

  async start(
    argv: readonly string[],
    { tty = false, pipeStdin = false, sandbox, network = {} }: RunOptions = {},
  ): Promise<StartedProcess> {
    this.#lastProcess += 1;
    const id = `p${String(this.#lastProcess)}`;
    const closed = new Promise<void>((resolve) => this.#closed.set(id, resolve));
    const env = { PATH: process.env['PATH'] ?? '/usr/bin:/bin' };
    const params = { processId: id, argv, cwd: 'file:///tmp', env, tty, pipeStdin, sandbox, ...network };
    const { error } = await this.request('process/start', params);
    if (error !== undefined) throw new Error(error.message);
    return { id, closed, echo: (text) => this.#echo(id, text) };
  }

  close(): void {
    this.#socket.terminate();
  }

  async #echo(processId: string, text: string): Promise<void> {
    this.#lastWrite += 1;
    const answered = new Promise<void>((resolve) => this.#output.set(processId, resolve));
    const chunk = Buffer.from(text).toString('base64');
    void this.request('process/write', { processId, chunk, writeId: String(this.#lastWrite) });
    await answered;
  }

  #receive({ id, method, params, ...answer }: Message): void {
    if (id !== undefined) {
      this.#answers.get(id)?.(answer);
      this.#answers.delete(id);
    } else if (method === 'process/output') {
      this.outputBytes += Buffer.byteLength(params?.chunk ?? '', 'base64');
      this.#output.get(params?.processId ?? '')?.();
    } else if (method === 'process/exited') {
      this.#exitCodes.set(params?.processId ?? '', params?.exitCode);
    } else if (method === 'process/closed') {
      this.#closed.get(params?.processId ?? '')?.();
    }
  }
}

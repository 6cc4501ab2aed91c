import {
  ExecError,
  fsClose,
  fsOpen,
  fsReadBlock,
  fsWriteBlock,
  type ParamsOf,
  type RequestSpec,
  type ResultOf,
} from '@holdfast/exec-protocol';
import type { SetUp } from '@holdfast/sandbox';
import type { FileBlock, FileBlocks, FilesInside, FileToOpen } from '../../../confined-files.js';
import type { Logger } from '../../../logger.js';
import type { Child, ChildSpec } from '../../spawn/child.js';
import type { OsProcesses } from '../../spawn/os-processes.js';
import type { HelperSandbox } from '../sandboxes.js';
import { HelperChannel } from './helper-channel.js';
import type { HelperProgram } from './helper-program.js';

/** What a helper needs around it. */
export interface HelperHost {
  readonly processes: Pick<OsProcesses, 'spawn' | 'kill'>;
  readonly logger: Pick<Logger, 'debug'>;
  /** The program that carries out requests. */
  readonly program: HelperProgram;
}

/** Is told what becomes of a helper; not while it is made. */
export interface HelperListener {
  /** Nobody keeps it any more. */
  onIdle(): void;
  /** Whether files are open in it has changed, or not. */
  onFiles(hasFiles: boolean): void;
  /** It answers nothing more. Comes before those who wait for answers learn of it. */
  onOver(): void;
}

/** A program in a sandbox that carries out file requests there. */
export class FileHelper implements FilesInside {
  /** Settles when it has ended. */
  readonly ended: Promise<void>;
  /** Settles when it runs. @throws SpawnError or ExecError, as its start fails. */
  readonly started: Promise<unknown>;
  readonly #started: Promise<StartedHelper>;
  readonly #setUp: SetUp | undefined;
  readonly #processes: HelperHost['processes'];
  readonly #listener: HelperListener;
  #hasStarted = false;
  #running: StartedHelper | undefined;
  #keepers = 0;
  #handles = 0;
  #openFiles = 0;
  /** What a look has shown that was made while nothing has come in since. */
  #seen: { readonly isWhole: boolean } | undefined;

  /** Starts at once; what is asked meanwhile waits. */
  constructor(spec: ChildSpec, sandbox: HelperSandbox, host: HelperHost, listener: HelperListener) {
    this.#processes = host.processes;
    this.#listener = listener;
    this.#setUp = spec.confinement?.setUp;
    this.#started = startHelper(spec, sandbox, host, listener).finally(() => {
      this.#hasStarted = true;
      this.#setUp?.end();
    });
    this.started = this.#started;
    void this.#started.then(
      (started) => (this.#running = started),
      () => undefined,
    );
    this.ended = this.#started.then(
      ({ ended }) => ended,
      () => {
        listener.onOver();
      },
    );
  }

  /** Whether its start has come to an end, whichever. */
  get hasStarted(): boolean {
    return this.#hasStarted;
  }

  /** Whether somebody keeps it, or has a file open. */
  get isBusy(): boolean {
    return this.#keepers > 0;
  }

  /**
   * Whether every mount of its sandbox stands as it did when it started. One that is removed or renamed from outside shows
   * what it covered, whatever the plan says; it never comes back by itself. Requests and answers that have come by now share
   * a look: the table of a sandbox with many covers is long.
   */
  get isWhole(): boolean {
    if (this.#running === undefined) return true;
    const { child, mountTable } = this.#running;
    if (this.#seen === undefined) {
      this.#seen = { isWhole: child.mountTable?.() === mountTable };
      // Before anything more can come in.
      process.nextTick(() => (this.#seen = undefined));
    }
    return this.#seen.isWhole;
  }

  /** Keeps it until the returned function is called, which may be called twice. */
  keep(): () => void {
    let isKept = true;
    this.#keepers += 1;
    return () => {
      if (!isKept) return;
      isKept = false;
      this.#keepers -= 1;
      if (this.#keepers === 0) this.#listener.onIdle();
    };
  }

  /**
   * @throws ExecError as the request fails; SpawnError when there is no helper; `outcomeUnknown` when it ended meanwhile, and
   *   for a look when its sandbox was not whole all the time.
   */
  async request<S extends RequestSpec>(spec: S, params: ParamsOf<S>): Promise<ResultOf<S>> {
    const answer = await this.#ask(spec, params);
    if (spec.mutates !== true && !this.isWhole) throw notWhole(spec);
    return answer;
  }

  async #ask<S extends RequestSpec>(spec: S, params: ParamsOf<S>): Promise<ResultOf<S>> {
    const { channel } = await this.#started;
    try {
      return await channel.ask(spec, params);
    } catch (error) {
      throw error instanceof ExecError && error.kind === 'connectionLost' ? endedMeanwhile(spec) : error;
    }
  }

  /** Opens a file inside, for which it is kept until that is closed. */
  async open(file: FileToOpen): Promise<FileBlocks> {
    const release = this.keep();
    try {
      const blocks = await this.openFile(file);
      this.#countFiles(1);
      const close = async (): Promise<void> => {
        try {
          await blocks.close();
        } finally {
          this.#countFiles(-1);
          release();
        }
      };
      return { ...blocks, close };
    } catch (error) {
      release();
      throw error;
    }
  }

  async openFile(file: FileToOpen): Promise<FileBlocks> {
    this.#handles += 1;
    const handleId = String(this.#handles);
    const close = async (): Promise<void> => {
      await this.#ask(fsClose, { handleId });
    };
    await this.#ask(fsOpen, { ...file, handleId });
    if (!this.isWhole) {
      await close();
      throw notWhole(fsOpen);
    }
    return {
      read: async (offset, len) => {
        const block = await this.#ask(fsReadBlock, { handleId, offset, len });
        if (isBlockOf(len, block)) return block;
        this.end();
        throw endedMeanwhile(fsReadBlock);
      },
      write: async (offset, chunk) => {
        await this.#ask(fsWriteBlock, { handleId, offset, chunk });
      },
      close,
    };
  }

  #countFiles(more: number): void {
    this.#openFiles += more;
    this.#listener.onFiles(this.#openFiles > 0);
  }

  /** Ends it, whatever it does; what is asked of it meanwhile fails with `outcomeUnknown`. */
  end(): void {
    this.#setUp?.callOff(
      new ExecError('outcomeUnknown', 'the sandbox of the request was ended before it was set up; ask again'),
    );
    this.#started.then(
      ({ child }) => {
        this.#processes.kill(child);
      },
      () => undefined,
    );
  }
}

/** A helper that somebody has taken over may answer blocks without an end. */
function isBlockOf(length: number, { chunk, eof }: FileBlock): boolean {
  return eof ? chunk.length < length : chunk.length === length;
}

interface StartedHelper {
  readonly channel: HelperChannel;
  readonly child: Child;
  /** As it was when it started. */
  readonly mountTable: string;
  readonly ended: Promise<void>;
}

async function startHelper(
  spec: ChildSpec,
  sandbox: HelperSandbox,
  { processes, logger, program }: HelperHost,
  listener: HelperListener,
): Promise<StartedHelper> {
  const started: { child?: Child } = {};
  const end = (): void => {
    if (started.child !== undefined) processes.kill(started.child);
  };
  const channel = new HelperChannel({
    write: (line, done) => {
      started.child?.writeStdin(line, done);
    },
    end,
    onOver: () => {
      listener.onOver();
    },
  });
  let tellEnded = ignore;
  const ended = new Promise<void>((resolve) => {
    tellEnded = resolve;
  });
  const child = await processes.spawn(spec, undefined, {
    onOutput(stream, bytes) {
      if (stream === 'stdout') channel.take(bytes);
      else logger.debug({ said: Buffer.from(bytes).toString() }, 'a file helper complained');
    },
    onExit() {
      channel.ended();
    },
    onClosed() {
      tellEnded();
    },
    onStdinClosed: ignore,
  });
  started.child = child;
  const mountTable = child.mountTable?.();
  if (mountTable === undefined || !sandbox.isWhole(mountTable)) {
    end();
    await ended;
    throw new ExecError(
      'sandboxUnsupported',
      'sandbox: files were replaced while it was made; ask again when nobody replaces what it covers',
    );
  }
  child.writeStdin(program.opening, ignore);
  return { channel, child, mountTable, ended };
}

function ignore(): void {
  // Nothing follows from it.
}

function endedMeanwhile({ method }: RequestSpec): ExecError {
  return new ExecError(
    'outcomeUnknown',
    `${method}: its sandbox ended before it had answered; look what has become of it, and ask again`,
  );
}

function notWhole({ method }: RequestSpec): ExecError {
  return new ExecError(
    'outcomeUnknown',
    `${method}: what its sandbox covers was replaced meanwhile, so its answer counts for nothing; ask again`,
  );
}

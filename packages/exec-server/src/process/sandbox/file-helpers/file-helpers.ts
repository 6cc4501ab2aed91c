import { setMaxListeners } from 'node:events';
import { ExecError, FILE_HELPER_IDLE_MS, MAX_FILE_HELPERS } from '@holdfast/exec-protocol';
import { type SandboxIntent, SetUp, SharedLooks, untilSteady } from '@holdfast/sandbox';
import type { Clock, Timer } from '../../../clock.js';
import type { ConfinedFiles, FilePlace, FilesInside } from '../../../confined-files.js';
import { helperEnvironment } from '../../../helper-environment.js';
import type { CodexPlaces } from '../../../host.js';
import type { Environment } from '../../environment.js';
import { COOKIE_VARIABLE, type Cookie } from '../../guardian/cookie.js';
import type { ChildSpec } from '../../spawn/child.js';
import { toExecError } from '../../start-error.js';
import { type HelperSandbox, intentOf, type Sandboxes } from '../sandboxes.js';
import { FileHelper, type HelperHost } from './file-helper.js';
import { callOf, type HelperProgram } from './helper-program.js';
import { refuseWithoutCwd } from './refuse-without-cwd.js';

/** What the helpers of a server need. */
export interface FileHelpersHost extends HelperHost {
  readonly sandboxes: Sandboxes;
  readonly clock: Pick<Clock, 'now' | 'after'>;
  /** The executor's own. */
  readonly env: Environment;
  readonly cookie: Cookie;
  /** What helpers find on this machine beside files that are named. */
  readonly codex: CodexPlaces;
  /** The program that carries out requests. */
  readonly program: HelperProgram;
}

/**
 * Carries out file requests in the sandboxes that they name, with one helper for each sandbox that is kept for a while.
 * Each request has a plan that was begun after it came, and the kernel is asked what has become of the helper's mounts: one
 * whose plan is not what it was, or whose helper no longer sees what was planned, gets another helper before it runs.
 */
export class FileHelpers implements ConfinedFiles {
  readonly #host: FileHelpersHost;
  /** The one that was used last at the end. */
  readonly #helpers = new Set<KeptHelper>();
  /** Settle when those end that were started. */
  readonly #running = new Set<Promise<void>>();
  readonly #closing = new AbortController();
  /** By intent. */
  readonly #plans = new SharedLooks<HelperSandbox>();

  constructor(host: FileHelpersHost) {
    this.#host = host;
    // Every request listens to it.
    setMaxListeners(0, this.#closing.signal);
  }

  placeOf(
    sandbox: Readonly<Record<string, unknown>> | null | undefined,
    unwanted: AbortSignal,
  ): FilePlace | undefined {
    const intent = intentOf(sandbox, this.#host.sandboxes.ceiling);
    if (intent === undefined) return undefined;
    refuseWithoutCwd(intent);
    return {
      use: async (isLook, work) => {
        try {
          return await this.#use(intent, work, unwanted);
        } catch (error) {
          // A new helper can say the same.
          const mayAskAgain = isLook && error instanceof ExecError && error.kind === 'outcomeUnknown';
          if (!mayAskAgain) throw error;
          return await this.#use(intent, work, unwanted);
        }
      },
    };
  }

  /** Ends all helpers, and waits until they are gone. */
  async close(): Promise<void> {
    this.#closing.abort(shuttingDown());
    for (const kept of [...this.#helpers]) this.#end(kept);
    await Promise.all(this.#running);
  }

  async #use<T>(
    intent: SandboxIntent,
    work: (inside: FilesInside) => Promise<T>,
    unwanted: AbortSignal,
  ): Promise<T> {
    const { clock } = this.#host;
    const setUp = new SetUp({ clock, calledOffBy: [unwanted, this.#closing.signal] });
    try {
      const { helper, release } = await untilSteady(setUp, () => this.#startedHelper(intent, setUp));
      try {
        setUp.end();
        return await work(helper);
      } finally {
        release();
      }
    } catch (error) {
      throw toExecError(error);
    } finally {
      setUp.end();
    }
  }

  /** A helper that runs, and is kept until it is released. */
  async #startedHelper(
    intent: SandboxIntent,
    setUp: SetUp,
  ): Promise<{ readonly helper: FileHelper; readonly release: () => void }> {
    const kept = await this.#helperFor(intent, setUp);
    kept.idle?.cancel();
    const release = kept.helper.keep();
    try {
      await setUp.until(kept.helper.started);
      return { helper: kept.helper, release };
    } catch (error) {
      release();
      throw error;
    }
  }

  /** Plans the request, and finds the helper that has its sandbox, or begins to start one. */
  async #helperFor(intent: SandboxIntent, setUp: SetUp): Promise<KeptHelper> {
    setUp.check();
    const spec = this.#spec();
    const sandbox = await this.#plan(intent, spec, setUp);
    setUp.check();
    // Others may come to use it while it starts, so it does not end with this request, but has no more time than that.
    const own = (): ChildSpec => ({
      ...spec,
      confinement: sandbox.confinement(new SetUp({ clock: this.#host.clock, limitMs: setUp.leftMs })),
    });
    const kept = this.#wholeOne(sandbox) ?? this.#start(sandbox, own, intent);
    this.#helpers.delete(kept);
    this.#helpers.add(kept);
    return kept;
  }

  /** The requests that wait for a plan share the next one: it says what was there after all of them had come. */
  #plan(intent: SandboxIntent, child: ChildSpec, { signal }: SetUp): Promise<HelperSandbox> {
    const plan = async (unwanted: AbortSignal): Promise<HelperSandbox> => {
      const setUp = new SetUp({ clock: this.#host.clock, calledOffBy: [unwanted] });
      try {
        return await this.#host.sandboxes.confineHelper({ intent, child, setUp });
      } finally {
        setUp.end();
      }
    };
    return this.#plans.ask(JSON.stringify(intent), plan, signal);
  }

  #spec(): ChildSpec {
    const { program, env, cookie, codex } = this.#host;
    const temporary = env['TMPDIR'];
    return {
      argv: callOf(program),
      // Every sandbox has it, whatever else it shows.
      cwd: '/dev',
      env: {
        ...helperEnvironment(codex),
        ...(temporary === undefined ? {} : { TMPDIR: temporary }),
        [COOKIE_VARIABLE]: cookie.value,
      },
      stdin: 'pipe',
    };
  }

  /** One whose sandbox still is what was planned for it; others get no further request. */
  #wholeOne({ key }: HelperSandbox): KeptHelper | undefined {
    const kept = [...this.#helpers].find((one) => one.key === key && !one.isRetired);
    if (kept === undefined || kept.helper.isWhole) return kept;
    if (kept.helper.isBusy) kept.isRetired = true;
    else this.#end(kept);
    return undefined;
  }

  #start(sandbox: HelperSandbox, spec: () => ChildSpec, intent: SandboxIntent): KeptHelper {
    const intentText = JSON.stringify(intent);
    const unused = [...this.#helpers].filter(({ helper }) => !helper.isBusy);
    // What the same intent came to before is of no use any more, for it comes to something else now.
    for (const kept of unused) if (kept.intentText === intentText) this.#end(kept);
    if (this.#helpers.size >= MAX_FILE_HELPERS) this.#makeRoom(unused);
    const helper = new FileHelper(spec(), sandbox, this.#host, {
      onIdle: () => {
        this.#idle(kept);
      },
      onOver: () => {
        this.#forget(kept);
      },
    });
    const kept: KeptHelper = {
      key: sandbox.key,
      intentText,
      helper,
      isRetired: false,
      idle: undefined,
    };
    const { ended } = helper;
    this.#running.add(ended);
    void ended.then(() => this.#running.delete(ended));
    return kept;
  }

  #idle(kept: KeptHelper): void {
    if (!this.#helpers.has(kept)) return;
    if (kept.isRetired || !kept.helper.hasStarted) {
      this.#end(kept);
      return;
    }
    kept.idle = this.#host.clock.after(FILE_HELPER_IDLE_MS, () => {
      this.#end(kept);
    });
  }

  #makeRoom([oldest]: readonly KeptHelper[]): void {
    if (oldest === undefined) {
      throw new ExecError(
        'limitExceeded',
        `file requests run in ${String(MAX_FILE_HELPERS)} different sandboxes; close files, or ask again later`,
      );
    }
    this.#end(oldest);
  }

  #end(kept: KeptHelper): void {
    this.#forget(kept);
    kept.helper.end();
  }

  #forget(kept: KeptHelper): void {
    kept.idle?.cancel();
    this.#helpers.delete(kept);
  }
}

function shuttingDown(): ExecError {
  return new ExecError('sessionUnknown', 'the server is shutting down');
}

interface KeptHelper {
  /** What its sandbox does. */
  readonly key: string;
  /** What it was started for. */
  readonly intentText: string;
  readonly helper: FileHelper;
  /** Its sandbox is not whole: it only goes on with the files that are open in it. */
  isRetired: boolean;
  /** Ends it; set while nobody uses it. */
  idle: Timer | undefined;
}

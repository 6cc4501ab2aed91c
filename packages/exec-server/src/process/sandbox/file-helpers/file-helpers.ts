import { setMaxListeners } from 'node:events';
import { ExecError, MAX_FILE_HELPERS } from '@holdfast/exec-protocol';
import { type SandboxIntent, SetUp } from '@holdfast/sandbox';
import { SharedLooks, untilSteady } from '@holdfast/sandbox/internal';
import type { Clock } from '../../../clock.js';
import type { ConfinedFiles, FilePlace, FileSession } from '../../../confined-files.js';
import type { Party } from '../../../fair-places.js';
import { helperEnvironment } from '../../../helper-environment.js';
import type { CodexPlaces } from '../../../host.js';
import type { Environment } from '../../environment.js';
import { COOKIE_VARIABLE, type Cookie } from '../../guardian/cookie.js';
import type { ChildSpec } from '../../spawn/child.js';
import { toExecError } from '../../start-error.js';
import { type HelperSandbox, intentOf, type Sandboxes } from '../sandboxes.js';
import { blameCeiling } from './blame-ceiling.js';
import { FileHelper, type HelperHost } from './file-helper.js';
import { type HelperPlace, HelperPlaces, type HelperUse } from './helper-places.js';
import { callOf, type HelperProgram } from './helper-program.js';
import { KeptHelper } from './kept-helper.js';
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
 * whose plan is not what it was, or whose helper no longer sees what was planned, gets another helper before it runs. No
 * session uses a helper while another one does, for what it asks for may keep that busy for long.
 */
export class FileHelpers implements ConfinedFiles {
  readonly #host: FileHelpersHost;
  /** The one that was used last at the end. */
  readonly #helpers = new Set<KeptHelper>();
  /** Settle when those end that were started. */
  readonly #running = new Set<Promise<void>>();
  readonly #places = new HelperPlaces();
  readonly #closing = new AbortController();
  /** By session and intent. */
  readonly #plans = new SharedLooks<HelperSandbox>();

  constructor(host: FileHelpersHost) {
    this.#host = host;
    // Every request listens to it.
    setMaxListeners(0, this.#closing.signal);
  }

  placeOf(
    sandbox: Readonly<Record<string, unknown>> | null | undefined,
    session: FileSession,
  ): FilePlace | undefined {
    const intent = intentOf(sandbox, this.#host.sandboxes.ceiling);
    if (intent === undefined) return undefined;
    refuseWithoutCwd(intent);
    const isForCeiling = intent.permissions.type === 'disabled';
    const told = async <T>(answer: Promise<T>): Promise<T> => {
      try {
        return await answer;
      } catch (error) {
        throw isForCeiling ? blameCeiling(error) : error;
      }
    };
    return {
      use: (isLook, work) => told(this.#perform(isLook, { intent, session, use: 'requests' }, work)),
      open: (isLook, file) =>
        told(this.#perform(isLook, { intent, session, use: 'files' }, (helper) => helper.open(file))),
    };
  }

  /** Ends all helpers, and waits until they are gone. */
  async close(): Promise<void> {
    this.#closing.abort(shuttingDown());
    for (const kept of [...this.#helpers]) this.#end(kept);
    await Promise.all(this.#running);
  }

  async #perform<T>(isLook: boolean, wanted: WantedHelper, work: Work<T>): Promise<T> {
    try {
      return await this.#performOnce(wanted, work);
    } catch (error) {
      // A new helper can say the same.
      const mayAskAgain = isLook && error instanceof ExecError && error.kind === 'outcomeUnknown';
      if (!mayAskAgain) throw error;
      return await this.#performOnce(wanted, work);
    }
  }

  async #performOnce<T>(wanted: WantedHelper, work: Work<T>): Promise<T> {
    const { clock } = this.#host;
    const setUp = new SetUp({ clock, calledOffBy: [wanted.session.ended, this.#closing.signal] });
    try {
      const { helper, release } = await untilSteady(setUp, () => this.#startedHelper(wanted, setUp));
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
  async #startedHelper(wanted: WantedHelper, setUp: SetUp): Promise<HeldHelper> {
    const held = await this.#heldHelper(wanted, setUp);
    try {
      await setUp.until(held.helper.started);
      return held;
    } catch (error) {
      held.release();
      throw error;
    }
  }

  /** Plans the request, and finds the helper that has its sandbox, or begins to start one when it has a place. */
  async #heldHelper(wanted: WantedHelper, setUp: SetUp): Promise<HeldHelper> {
    const { intent, session, use } = wanted;
    const party = { principal: session.principal, session: session.label };
    let place: HelperPlace | undefined;
    try {
      for (;;) {
        setUp.begin('waiting for its plan');
        const spec = this.#spec();
        const sandbox = await this.#plan(intent, spec, party, setUp);
        setUp.check();
        const own = this.#wholeOne(sandbox, session);
        if (own !== undefined && (own.use === 'files' || use === 'requests')) return this.#hold(own);
        place ??= this.#places.take(party, use);
        if (place !== undefined) {
          const kept = own ?? this.#wholeOne(sandbox, undefined) ?? this.#start(sandbox, spec, wanted, setUp);
          kept.occupy(session, place, () => {
            this.#end(kept);
          });
          place = undefined;
          return this.#hold(kept);
        }
        setUp.begin('waiting for its turn');
        // What was planned before says nothing of the files that are there then.
        place = await this.#places.wait(party, use, setUp.signal);
      }
    } finally {
      place?.leave();
    }
  }

  #hold(kept: KeptHelper): HeldHelper {
    this.#helpers.delete(kept);
    this.#helpers.add(kept);
    return { helper: kept.helper, release: kept.helper.keep() };
  }

  /** The requests of a session that wait for a plan share the next one: it says what was there after all of them had come. */
  #plan(intent: SandboxIntent, child: ChildSpec, party: Party, { signal }: SetUp): Promise<HelperSandbox> {
    const plan = async (unwanted: AbortSignal): Promise<HelperSandbox> => {
      const setUp = new SetUp({ clock: this.#host.clock, calledOffBy: [unwanted] });
      try {
        return await this.#host.sandboxes.confineHelper({ intent, child, party, setUp });
      } finally {
        setUp.end();
      }
    };
    return this.#plans.ask(JSON.stringify([party.session, intent]), plan, signal);
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

  /** One whose sandbox still is what was planned for it, of a session or of nobody; others get no further request. */
  #wholeOne({ key }: HelperSandbox, session: FileSession | undefined): KeptHelper | undefined {
    const kept = [...this.#helpers].find(
      (one) => one.key === key && one.session === session && !one.isRetired,
    );
    if (kept === undefined || kept.helper.isWhole) return kept;
    if (kept.helper.isBusy) kept.isRetired = true;
    else this.#end(kept);
    return undefined;
  }

  #start(
    sandbox: HelperSandbox,
    spec: ChildSpec,
    { intent, use }: WantedHelper,
    { leftMs }: SetUp,
  ): KeptHelper {
    const { clock } = this.#host;
    const { key } = sandbox;
    const intentText = JSON.stringify(intent);
    // What the same intent came to before is of no use any more, for it comes to something else now.
    for (const kept of this.#unused())
      if (kept.intentText === intentText && kept.key !== key) this.#end(kept);
    this.#makeRoom(use === 'requests' ? 1 : 0);
    // Further requests of its session may come to use it while it starts, so it does not end with this one, but has no more
    // time than that.
    const own = { ...spec, confinement: sandbox.confinement(new SetUp({ clock, limitMs: leftMs })) };
    const helper = new FileHelper(own, sandbox, this.#host, {
      onIdle: () => {
        this.#idle(kept);
      },
      onFiles: (hasFiles) => {
        kept.holdFiles(hasFiles);
      },
      onOver: () => {
        this.#forget(kept);
      },
    });
    const kept = new KeptHelper({ key, intentText }, helper, clock);
    const { ended } = helper;
    this.#running.add(ended);
    void ended.then(() => this.#running.delete(ended));
    return kept;
  }

  #idle(kept: KeptHelper): void {
    if (!this.#helpers.has(kept)) return;
    const end = (): void => {
      this.#end(kept);
    };
    if (kept.isRetired || !kept.helper.hasStarted) end();
    else {
      kept.rest(end);
      this.#makeRoom(0);
    }
  }

  #unused(): readonly KeptHelper[] {
    return [...this.#helpers].filter(({ use }) => use === undefined);
  }

  /** Ends some that nobody uses, until there are places for so many more and for all that are there but hold no files. */
  #makeRoom(more: number): void {
    const withoutFiles = [...this.#helpers].filter(({ use }) => use !== 'files').length;
    const excess = Math.max(0, withoutFiles + more - MAX_FILE_HELPERS);
    for (const kept of this.#unused().slice(0, excess)) this.#end(kept);
  }

  #end(kept: KeptHelper): void {
    this.#forget(kept);
    kept.helper.end();
  }

  #forget(kept: KeptHelper): void {
    this.#helpers.delete(kept);
    kept.vacate();
  }
}

function shuttingDown(): ExecError {
  return new ExecError('sessionUnknown', 'the server is shutting down');
}

/** What somebody does with a helper. */
type Work<T> = (helper: FileHelper) => Promise<T>;

/** Which helper a request needs. */
interface WantedHelper {
  readonly intent: SandboxIntent;
  readonly session: FileSession;
  readonly use: HelperUse;
}

interface HeldHelper {
  readonly helper: FileHelper;
  readonly release: () => void;
}

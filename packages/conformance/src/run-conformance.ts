import type { Carrier } from './carrier.js';
import type { ConformanceCase } from './case.js';
import { CONFORMANCE_CASES } from './cases.js';
import { Executor, type Facts, greet } from './executor.js';
import { Mismatch } from './expect.js';
import { SERVER_PATH } from './web-server.js';
import type { Session } from './wire/session.js';
import { WireClient } from './wire/wire-client.js';

/** How one case went. */
export interface CaseResult {
  readonly id: string;
  readonly method: string;
  readonly title: string;
  readonly verdict: 'passed' | 'failed' | 'skipped';
  /** What was expected and what came instead; or why the case was not tried. */
  readonly reason?: string;
  readonly durationMs: number;
}

/** Which cases to try, and who hears of them. */
export interface ConformanceOptions {
  /** Only cases whose id this accepts. Default: all. */
  readonly filter?: (id: string) => boolean;
  /** Called after each case. */
  readonly onResult?: (result: CaseResult) => void;
  /** Stops before the next case. */
  readonly signal?: AbortSignal;
}

/** No case may take longer; a server that hangs fails one case after the other, not the whole run. */
const CASE_TIMEOUT_MS = 60_000;

/** Extensions that are asked for, to find out which cases can be tried. */
const KNOWN_EXTENSIONS = [
  ...['flow', 'pty', 'signals', 'session', 'replay', 'attach', 'gap', 'drain', 'files', 'sandbox'],
];

/**
 * Tries every case against a server, one after the other, each on connections of its own.
 *
 * Processes that the cases start run on the server's machine: `/bin/sh` and the POSIX tools must be there, and a
 * directory is made below its temporary directory and removed at the end. Cases of `http/request` start their HTTP server with the
 * `node` on the server's PATH, and are skipped without one.
 *
 * @throws Mismatch when the server does not even shake hands; the error of the carrier when it cannot be reached.
 */
export async function runConformance(
  carrier: Carrier,
  { filter = () => true, onResult = () => undefined, signal }: ConformanceOptions = {},
): Promise<readonly CaseResult[]> {
  const greeted = await greetingOf(carrier);
  const { workspace, ...found } = await prepare(carrier, greeted);
  const facts = { ...greeted, ...found };
  const results: CaseResult[] = [];
  try {
    for (const one of CONFORMANCE_CASES) {
      if (!filter(one.id)) continue;
      if (signal?.aborted === true) break;
      const result = await tryCase(one, new Executor(carrier, facts, workspace));
      results.push(result);
      onResult(result);
    }
  } finally {
    await removeWorkspace(carrier, facts, workspace);
  }
  return results;
}

async function tryCase(one: ConformanceCase, executor: Executor): Promise<CaseResult> {
  const { id, method, title } = one;
  const about = { id, method, title };
  const reason = one.cannot?.(executor.facts);
  if (reason !== undefined) return { ...about, verdict: 'skipped', reason, durationMs: 0 };
  const startedAt = performance.now();
  const tookMs = (): number => Math.round(performance.now() - startedAt);
  try {
    await inTime(one.run(executor));
    return { ...about, verdict: 'passed', durationMs: tookMs() };
  } catch (error) {
    // What a case meets that it did not foresee is a failure of the server as much as a mismatch.
    const said = error instanceof Error ? error.message : String(error);
    return { ...about, verdict: 'failed', reason: said, durationMs: tookMs() };
  } finally {
    await executor.dispose();
  }
}

async function inTime(running: Promise<void>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      reject(new Mismatch(`the case was not over within ${CASE_TIMEOUT_MS} ms`));
    }, CASE_TIMEOUT_MS);
  });
  try {
    await Promise.race([running, late]);
  } finally {
    clearTimeout(timer);
  }
}

type Found = Pick<Facts, 'hasNode' | 'hasSandbox'>;

type Greeted = Omit<Facts, keyof Found>;

async function greetingOf(carrier: Carrier): Promise<Greeted> {
  const client = new WireClient(await carrier.dial());
  try {
    const extensions = Object.fromEntries(KNOWN_EXTENSIONS.map((name) => [name, 1]));
    const { greeting } = await greet(client, { extensions });
    return {
      extensions: (greeting['extensions'] ?? {}) as Facts['extensions'],
      canReconnect: carrier.canReconnect,
    };
  } finally {
    await client.cut();
  }
}

/** Makes the workspace, and looks for what only some cases need. */
async function prepare(carrier: Carrier, greeted: Greeted): Promise<Found & { readonly workspace: string }> {
  const facts = { ...greeted, hasNode: false, hasSandbox: false };
  const executor = new Executor(carrier, facts, 'file:///');
  try {
    const session = await executor.session();
    const { stdout, stderr } = await session.run('mktemp -d');
    if (!stdout.startsWith('/')) throw new Mismatch(`mktemp -d on the server answered ${stdout}${stderr}`);
    const { exitCode } = await session.run('command -v node', SERVER_PATH);
    const path = stdout.trimEnd().split('/').map(encodeURIComponent).join('/');
    const hasSandbox = 'sandbox' in greeted.extensions && (await startsInSandbox(session));
    return { workspace: `file://${path}`, hasNode: exitCode === 0, hasSandbox };
  } finally {
    await executor.dispose();
  }
}

async function startsInSandbox(session: Session): Promise<boolean> {
  const permissions = { type: 'external', network: 'restricted' };
  const sandbox = { permissions, windowsSandboxLevel: 'disabled' };
  const { error } = await session.tryStart({ processId: 'sandbox', argv: ['/bin/true'], sandbox });
  return error === undefined;
}

async function removeWorkspace(carrier: Carrier, facts: Facts, workspace: string): Promise<void> {
  const executor = new Executor(carrier, facts, workspace);
  try {
    const session = await executor.session();
    const path = decodeURIComponent(workspace.slice('file://'.length));
    await session.finish(await session.start(['/bin/rm', '-rf', path]));
  } finally {
    await executor.dispose();
  }
}

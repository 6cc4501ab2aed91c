import type { Executor, Facts } from './executor.js';
import { Mismatch, same } from './expect.js';
import type { Answer } from './wire/message.js';
import type { Session } from './wire/session.js';

/** One thing that an exec server does, tried from outside. */
export interface ConformanceCase {
  /** Stable; `area/what`. */
  readonly id: string;
  /** The method that it is about; `connection` where it is about none. */
  readonly method: string;
  readonly title: string;
  /** Why this server cannot be tried, if so. */
  readonly cannot?: ((facts: Facts) => string | undefined) | undefined;
  /** @throws when the server does something else. */
  run(executor: Executor): Promise<void>;
}

type Condition = ConformanceCase['cannot'];

type MakeCase<Run> = (name: string, title: string, run: Run, cannot?: Condition) => ConformanceCase;

/** Makes the cases of one area. */
export interface Area {
  /** A case that makes its own connections. */
  readonly on: MakeCase<(executor: Executor) => Promise<void>>;
  /** A case on one new session. */
  readonly in: MakeCase<(session: Session, executor: Executor) => Promise<void>>;
  /** A case in which one request is refused with a code, and the connection goes on. */
  readonly refuses: (
    name: string,
    title: string,
    code: number,
    ask: (session: Session, executor: Executor) => Promise<Answer>,
    cannot?: Condition,
  ) => ConformanceCase;
}

/** @param area The first part of the ids. */
export function area(area: string, method: string, always?: Condition): Area {
  const on: Area['on'] = (name, title, run, cannot = always) => ({
    id: `${area}/${name}`,
    method,
    title,
    cannot,
    run,
  });
  return {
    on,
    in: (name, title, run, cannot) =>
      on(name, title, async (executor) => run(await executor.session(), executor), cannot),
    refuses: (name, title, code, ask, cannot) =>
      on(
        name,
        title,
        async (executor) => {
          const session = await executor.session();
          refused(await ask(session, executor), code);
          await serves(session);
        },
        cannot,
      ),
  };
}

/** @throws Mismatch unless the answer is an error with this code and a text. */
export function refused(answer: Answer, code: number): void {
  if (answer.error === undefined) {
    throw new Mismatch(`expected error ${code}, got the result ${JSON.stringify(answer.result)}`);
  }
  same(`the code of ${JSON.stringify(answer.error.message)}`, answer.error.code, code);
  same('the type of the error message', typeof answer.error.message, 'string');
}

/** The result. @throws Mismatch when the answer is an error. */
export function resultOf(answer: Answer): Readonly<Record<string, unknown>> {
  if (answer.error !== undefined) {
    throw new Mismatch(`expected a result, got error ${answer.error.code}: ${answer.error.message}`);
  }
  return answer.result as Record<string, unknown>;
}

/** @throws Mismatch unless the connection still answers. */
export async function serves(session: Session): Promise<void> {
  same('the answer to environment/status', await session.request('environment/status'), {
    result: { status: 'ready' },
  });
}

/** For cases of an extension. */
export function needsExtension(name: string): Condition {
  return ({ extensions }) =>
    name in extensions ? undefined : `the server does not grant the extension ${name}`;
}

/** For cases in which a second connection meets what the first has left. */
export function needsReconnect({ canReconnect }: Facts): string | undefined {
  return canReconnect ? undefined : 'each connection starts a server of its own';
}

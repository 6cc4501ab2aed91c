import { startServer, type TestServer } from '../harness.js';
import { startReferenceServer } from './reference-server.js';

/** Our server, which keeps sessions as long as it does unless it is told otherwise. */
export function startHoldfast(env: Environment = {}): Promise<TestServer> {
  return startServer({ sessionTtl: '80s', env });
}

/** What is laid over the environment of a server. */
type Environment = Readonly<Record<string, string>>;

/** A server under the same tests as the other one, and where the two differ on purpose. */
export interface TestedServer {
  readonly name: string;
  readonly start: (
    env?: Environment,
  ) => Promise<AsyncDisposable & { readonly url: string; readonly pid: number }>;
  /** What a death by SIGINT on a terminal is reported as. */
  readonly interruptedOnTerminal: number;
  /** What a start in the directory `/does/not/exist` is refused with. */
  readonly missingDirectory: { readonly kind: string; readonly message: string };
}

/** Ours, and the real one as the control: what both pass is not made up. */
export const SERVERS: readonly TestedServer[] = [
  {
    name: 'holdfast',
    start: startHoldfast,
    interruptedOnTerminal: 130,
    missingDirectory: {
      kind: 'cwdNotFound',
      message: 'working directory "/does/not/exist" does not exist; create it or name another',
    },
  },
  {
    name: 'the reference server',
    start: startReferenceServer,
    interruptedOnTerminal: 1,
    missingDirectory: { kind: 'internal', message: 'No such file or directory (os error 2)' },
  },
];

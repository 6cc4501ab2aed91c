import { area, type ConformanceCase, needsExtension, resultOf } from '../case.js';
import type { Executor, Facts } from '../executor.js';
import { same } from '../expect.js';
import { Place } from '../place.js';
import { needsWebServer, SERVER_PATH } from '../web-server.js';
import type { Message } from '../wire/message.js';
import type { Session } from '../wire/session.js';

const needsSandbox = (facts: Facts): string | undefined =>
  needsExtension('sandbox')?.(facts) ??
  (facts.hasSandbox ? undefined : 'the server starts nothing in a sandbox here');

const denial = area('x-denial', 'process/exited', needsSandbox);
const report = area('x-sandbox-report', 'process/start', needsSandbox);

const ENTRIES = 'sandbox.permissions.file_system.entries';

/** A repository in a directory that a command may write, and a file in it that it may not read. */
const FURNISH =
  'mkdir -p ws/.git/hooks ws/.git/objects ws/.git/refs && echo ref: refs/heads/main > ws/.git/HEAD && echo secret > ws/key';

class Confined {
  readonly place: Place;
  readonly #session: Session;

  private constructor(session: Session, place: Place) {
    this.#session = session;
    this.place = place;
  }

  static async make(executor: Executor, session: Session): Promise<Confined> {
    return new Confined(session, await Place.make(session, executor, FURNISH));
  }

  /** Members of a start in the directory: everything can be read but the key, and the directory written. */
  start(script: string, changes: Readonly<Record<string, unknown>> = {}): Readonly<Record<string, unknown>> {
    const entry = (name: string, access: string): object => ({
      path: { type: 'path', path: this.place.at(name) },
      access,
    });
    const root = { path: { type: 'special', value: { kind: 'root' } }, access: 'read' };
    const entries = [root, entry('ws', 'write'), entry('ws/key', 'deny'), entry('ws/nothing', 'write')];
    return {
      processId: 'confined',
      argv: ['/bin/sh', '-c', script],
      cwd: this.place.at('ws'),
      sandbox: {
        permissions: {
          type: 'managed',
          file_system: { type: 'restricted', entries },
          network: 'restricted',
        },
        windowsSandboxLevel: 'disabled',
      },
      ...changes,
    };
  }

  /** Runs a script to its end. @returns how that was told. */
  async exited(script: string, changes?: Readonly<Record<string, unknown>>): Promise<Message['params']> {
    resultOf(await this.#session.tryStart(this.start(script, changes)));
    return (await this.#session.event('process/exited', 'confined')).params;
  }

  /** Runs a script that fails. @returns what was found. */
  async findings(script: string, changes?: Readonly<Record<string, unknown>>): Promise<unknown> {
    const { exitCode, sandboxDenied, denial: told } = (await this.exited(script, changes)) ?? {};
    same('exit code and verdict', [exitCode !== 0, sandboxDenied], [true, true]);
    return told;
  }
}

/** A failure that says this, and whether that is a finding. */
function finds(
  name: string,
  title: string,
  script: string,
  finding: (place: Place) => object,
): ConformanceCase {
  return denial.on(name, title, async (executor) => {
    const confined = await Confined.make(executor, await executor.with('sandbox'));
    same('the denial', await confined.findings(script), { findings: [finding(confined.place)] });
  });
}

function atPath(path: string, operation: string, source: string, entry: string): object {
  const subject = { type: 'path', path, operation };
  return { evidence: 'path', confidence: 'likely', subject, rule: { source, entry } };
}

/** Asks the proxy for a host that no list names; 3 when that is refused. */
const ASK_PROXY = `
const { hostname: host, port } = new URL(process.env.HTTPS_PROXY);
require('node:http')
  .request({ host, port, method: 'CONNECT', path: 'blocked.invalid:443', headers: { host: 'blocked.invalid' } })
  .on('connect', ({ statusCode }) => process.exit(statusCode === 403 ? 3 : 4))
  .end();
`;

const PROXY = {
  enabled: true,
  enableSocks5: false,
  enableSocks5Udp: false,
  allowUpstreamProxy: false,
  dangerouslyAllowAllUnixSockets: false,
  mode: 'full',
  domains: { 'a.example': 'allow' },
  allowLocalBinding: false,
};

const WRITE_OUTSIDE = 'echo x > ../outside';
const NO_NETWORK = 'echo "curl: (6) Could not resolve host: example.org" >&2; exit 6';

export const SANDBOX_CASES: readonly ConformanceCase[] = [
  finds('write', 'a write where the intent allows to read', WRITE_OUTSIDE, (place) =>
    atPath(place.at('outside'), 'write', 'intent', `${ENTRIES}.0`),
  ),
  finds('read', 'a file that the intent denies', 'cat key', (place) =>
    atPath(place.at('ws/key'), 'read', 'intent', `${ENTRIES}.2`),
  ),
  finds('protected', 'a git hook, which every sandbox leaves as it is', 'echo x > .git/hooks/x', (place) =>
    atPath(place.at('ws/.git/hooks/x'), 'write', 'default', 'executableConfiguration'),
  ),
  finds('network', 'a complaint about the network where there is none', NO_NETWORK, () => ({
    evidence: 'network',
    confidence: 'likely',
    subject: { type: 'network' },
    rule: { source: 'intent', entry: 'sandbox.permissions.network' },
  })),
  finds('signal', 'the exit code of a system call of another architecture', 'exit 159', () => ({
    evidence: 'signal',
    confidence: 'possible',
    subject: { type: 'systemCall', signal: 'SIGSYS' },
    rule: { source: 'default', entry: 'systemCalls' },
  })),
  finds('words', 'words that name nothing', 'echo "x: Operation not permitted" >&2; exit 1', () => ({
    evidence: 'words',
    confidence: 'possible',
  })),
  denial.on(
    'refusal',
    'a host that the proxy refused, whatever was printed',
    async (executor) => {
      const confined = await Confined.make(executor, await executor.with('sandbox'));
      const changes = { ...SERVER_PATH, argv: ['node', '-e', ASK_PROXY], networkProxy: { proxy: PROXY } };
      const subject = { type: 'host', protocol: 'https_connect', host: 'blocked.invalid', port: 443 };
      const finding = {
        evidence: 'refusal',
        confidence: 'certain',
        subject: { ...subject, reason: 'not_allowed' },
        rule: { source: 'intent', entry: 'networkProxy.proxy.domains' },
      };
      same('the denial', await confined.findings('', changes), { findings: [finding] });
    },
    (facts) => needsSandbox(facts) ?? needsWebServer(facts),
  ),
  denial.on('order', 'the surest finding first, of a sort the last one, and each once', async (executor) => {
    const confined = await Confined.make(executor, await executor.with('sandbox'));
    const script = `cat key; ${WRITE_OUTSIDE}; cat key; ${NO_NETWORK}`;
    const { findings } = (await confined.findings(script)) as { readonly findings: readonly object[] };
    same(
      'the findings',
      findings.map((finding) => ({ ...finding, rule: undefined })),
      [
        { ...atPath(confined.place.at('ws/key'), 'read', '', ''), rule: undefined },
        { ...atPath(confined.place.at('outside'), 'write', '', ''), rule: undefined },
        { evidence: 'network', confidence: 'likely', subject: { type: 'network' }, rule: undefined },
      ],
    );
  }),
  denial.on('none', 'a success, and a failure of its own, have no denial', async (executor) => {
    for (const script of ['cat key; exit 0', 'echo the sandbox failed; exit 4']) {
      const confined = await Confined.make(executor, await executor.with('sandbox'));
      const { sandboxDenied, ...others } = (await confined.exited(script)) ?? {};
      same('the verdict and the denial', [sandboxDenied, 'denial' in others], [false, false]);
    }
  }),
  denial.on('read-later', 'process/read and whoever joins later are told the same', async (executor) => {
    const session = await executor.with('sandbox', 'attach');
    const confined = await Confined.make(executor, session);
    const processId = `denied-${Date.now()}`;
    resultOf(await session.tryStart(confined.start(WRITE_OUTSIDE, { processId })));
    const { denial: told } = (await session.event('process/exited', processId)).params ?? {};
    same('the answer to process/read', resultOf(await session.read(processId))['denial'], told);
    const viewer = await executor.with('sandbox', 'attach');
    resultOf(await viewer.request('process/attach', { processId: 'mine', ref: processId }));
    same('the end as it is joined', (await viewer.event('process/exited', 'mine')).params?.['denial'], told);
  }),
  denial.on('unasked', 'without the extension nothing of it shows anywhere', async (executor) => {
    const session = await executor.session();
    const confined = await Confined.make(executor, session);
    const { sandboxType, ...answer } = resultOf(await session.tryStart(confined.start(WRITE_OUTSIDE)));
    same('the answer to process/start', [typeof sandboxType, answer], ['string', { processId: 'confined' }]);
    const { seq, exitCode, ...end } = (await session.event('process/exited', 'confined')).params ?? {};
    same('exited', [typeof seq, end], ['number', { processId: 'confined', sandboxDenied: true }]);
    await session.event('process/closed', 'confined');
    const { chunks: _, nextSeq: __, ...state } = resultOf(await session.read('confined'));
    same('the answer to process/read', state, {
      exited: true,
      exitCode,
      closed: true,
      failure: null,
      sandboxDenied: true,
    });
  }),
  report.on(
    'narrowed',
    'the answer to a start says what is protected, and by which rule',
    async (executor) => {
      const session = await executor.with('sandbox');
      const confined = await Confined.make(executor, session);
      const answer = resultOf(await session.tryStart(confined.start('exit 0')));
      const { narrowed } = answer['sandboxReport'] as { readonly narrowed: readonly { path?: string }[] };
      same(
        'what is said of the hooks',
        narrowed.filter(({ path }) => path === confined.place.at('ws/.git/hooks')),
        [
          {
            type: 'path',
            path: confined.place.at('ws/.git/hooks'),
            asked: 'write',
            granted: 'read',
            rule: { source: 'default', entry: 'executableConfiguration' },
          },
        ],
      );
    },
  ),
  report.on('notes', 'and what of the intent makes no difference', async (executor) => {
    const session = await executor.with('sandbox');
    const confined = await Confined.make(executor, session);
    const answer = resultOf(await session.tryStart(confined.start('exit 0')));
    const { notes, notesLeftOut, narrowedLeftOut } = answer['sandboxReport'] as Readonly<
      Record<string, unknown>
    >;
    same('what was left out', [notesLeftOut, narrowedLeftOut], [0, 0]);
    same(
      'the rules of the notes, each with a text',
      (notes as { readonly text: unknown; readonly rule: unknown }[]).map(({ text, rule }) => [
        typeof text,
        rule,
      ]),
      [['string', { source: 'intent', entry: `${ENTRIES}.3` }]],
    );
  }),
  report.on('unconfined', 'a start without a sandbox has none', async (executor) => {
    const session = await executor.with('sandbox');
    await session.start(['/bin/true']);
  }),
];

import { area, type ConformanceCase, refused, resultOf } from '../case.js';
import { holds, same } from '../expect.js';
import type { Session } from '../wire/session.js';

const { in: on } = area('environment', 'environment/info');
const variables = area('env', 'process/start');

const POLICY = { inherit: 'none', ignoreDefaultExcludes: true, exclude: [], set: {}, includeOnly: [] };

/** Policies over variables that `set` brings, so that nothing depends on the server's own environment. */
const POLICIES: readonly (readonly [
  name: string,
  title: string,
  policy: Readonly<Record<string, unknown>>,
  seen: readonly string[],
])[] = [
  ['set', 'set brings variables', { set: { A_X: '1', B_X: '2' } }, ['A_X=1', 'B_X=2']],
  ['exclude', 'exclude comes before set', { exclude: ['A*'], set: { A_X: '1' } }, ['A_X=1']],
  [
    'include-only',
    'includeOnly filters set too',
    { set: { A_X: '1', B_X: '2' }, includeOnly: ['B*'] },
    ['B_X=2'],
  ],
  ['include-case', 'patterns know no case', { set: { A_X: '1' }, includeOnly: ['a_?'] }, ['A_X=1']],
  ['include-whole', 'patterns match the whole name', { set: { A_X: '1' }, includeOnly: ['A'] }, []],
];

export const ENVIRONMENT_CASES: readonly ConformanceCase[] = [
  on('info', 'answers the shell, and what initialize has told', async (session) => {
    const info = resultOf(await session.request('environment/info'));
    same('environment/info', info, session.greeting['environmentInfo']);
    const shell = info['shell'] as Record<string, unknown> | undefined;
    same('the types of the shell', [typeof shell?.['name'], typeof shell?.['path']], ['string', 'string']);
  }),
  on('paths', 'paths are file URIs', async (session) => {
    const info = resultOf(await session.request('environment/info'));
    for (const member of ['cwd', 'userHomeDir', 'tempDir']) {
      const path = info[member];
      holds(
        path == null || (typeof path === 'string' && path.startsWith('file:///')),
        `expected a file URI as ${member}`,
        path,
      );
    }
  }),
  on('platform', 'names the platform', async (session) => {
    const { platformOs } = resultOf(await session.request('environment/info'));
    holds(
      ['linux', 'macos', 'windows'].includes(String(platformOs)),
      'expected a known platform',
      platformOs,
    );
  }),
  on('status', 'environment/status answers that the executor is ready', async (session) => {
    same('the answer', await session.request('environment/status'), { result: { status: 'ready' } });
  }),
  on('no-params', 'methods without parameters take {}, null or nothing', async (session) => {
    for (const params of [{}, null, undefined]) {
      same('the answer', await session.request('environment/status', params), {
        result: { status: 'ready' },
      });
    }
  }),
  on('no-list', 'but no list', async (session) => {
    refused(await session.request('environment/status', [1]), -32602);
  }),
  variables.in(
    'exactly',
    'without a policy a process has what env says, and nothing of the server',
    async (session) => {
      const lines = await environmentOf(session, { A: '1', 'B.c': 'x y', EMPTY: '' });
      same('the variables', lines, ['A=1', 'B.c=x y', 'EMPTY=']);
    },
  ),
  variables.in('unicode', 'names and values may hold any character', async (session) => {
    same('the variables', await environmentOf(session, { É: 'ü "' }), ['É=ü "']);
  }),
  variables.in('overlay', 'env is laid over what a policy gives, and nothing filters it', async (session) => {
    const policy = { ...POLICY, set: { A_X: '1', C_X: '3' }, includeOnly: ['A*', 'C*'] };
    same('the variables', await environmentOf(session, { A_X: '9', D_X: '4' }, policy), [
      'A_X=9',
      'C_X=3',
      'D_X=4',
    ]);
  }),
  ...POLICIES.map(([name, title, policy, seen]) =>
    variables.in(name, title, async (session) => {
      same('the variables', await environmentOf(session, {}, { ...POLICY, ...policy }), seen);
    }),
  ),
  variables.in('inherit-all', 'inherit all brings the PATH of the server', async (session) => {
    const lines = await environmentOf(session, {}, { ...POLICY, inherit: 'all' });
    holds(
      lines.some((line) => line.startsWith('PATH=')),
      'expected a PATH',
      lines,
    );
  }),
  variables.in('inherit-core', 'inherit core brings a few well-known variables', async (session) => {
    const known = /^(HOME|LANG|LC_ALL|LOGNAME|PATH|SHELL|TMPDIR|TMP|TEMP|USER)=/;
    const lines = await environmentOf(session, {}, { ...POLICY, inherit: 'core' });
    same(
      'what is not well known',
      lines.filter((line) => !known.test(line)),
      [],
    );
  }),
  variables.in('inherit-word', 'an unknown inherit is refused with -32602', async (session) => {
    refused(await session.tryStart({ envPolicy: { ...POLICY, inherit: 'some' } }), -32602);
  }),
];

/** What a server may add to every process, to find it again. */
const OWN = /^HOLDFAST_SERVER_COOKIE=/;

async function environmentOf(
  session: Session,
  env: Readonly<Record<string, string>>,
  envPolicy: unknown = null,
): Promise<string[]> {
  const run = await session.finish(await session.start(['/usr/bin/env'], { env, envPolicy }));
  const text = Buffer.from(run.stdout, 'latin1').toString();
  return text
    .split('\n')
    .filter((line) => line !== '' && !OWN.test(line))
    .sort();
}

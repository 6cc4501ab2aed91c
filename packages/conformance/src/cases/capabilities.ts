import { area, type ConformanceCase, resultOf } from '../case.js';
import { holds, same } from '../expect.js';
import { Place } from '../place.js';
import type { Answer } from '../wire/message.js';
import type { Session } from '../wire/session.js';

const roots = area('capability-roots', 'capabilityRoots/discoverV1');
const installed = area('capabilities', 'capabilities/discoverV2');

const MANIFEST = '.codex-plugin/plugin.json';

/** How a manifest declares its files, beside `.mcp.json` and `.app.json`, and which of them is taken. */
const DECLARATIONS: readonly (readonly [
  name: string,
  title: string,
  manifest: string,
  taken: readonly [mcp: string | null, apps: string | null],
])[] = [
  ['usual', 'a plugin that declares nothing has the usual files', '{}', ['usual', 'usual']],
  ['declared', 'declared files are taken', '{"mcpServers":"./m","apps":"./a"}', ['m', 'a']],
  ['inline', 'declared in the manifest itself: no file', '{"mcpServers":{"x":{}}}', [null, 'usual']],
  ['absent', 'declared and not there: no file', '{"mcpServers":"./no","apps":"./no"}', [null, null]],
  ['outside', 'declared outside: the usual files', '{"mcpServers":"./../m","apps":"/a"}', ['usual', 'usual']],
  ['broken', 'a manifest that is no JSON is told as it is', 'broken', ['usual', 'usual']],
];

export const CAPABILITY_CASES: readonly ConformanceCase[] = [
  roots.in(
    'plugin',
    'a plugin is told with its manifest and the skills below it',
    async (session, executor) => {
      const place = await Place.make(
        session,
        executor,
        `mkdir -p p/.codex-plugin p/s/agents p/.h; printf '{"name":"n"}' > p/${MANIFEST}; printf S > p/s/SKILL.md
       printf Y > p/s/agents/openai.yaml; printf H > p/.h/SKILL.md; printf no > p/s/skill.md`,
      );
      const manifest = { path: place.at(`p/${MANIFEST}`), contents: '{"name":"n"}' };
      same('the answer', await found(session, place.at('p')), {
        id: 'r',
        path: place.at('p'),
        plugin: { manifest, mcpConfig: null, appsConfig: null },
        skills: [
          { instructions: { path: place.at('p/.h/SKILL.md'), contents: 'H' }, metadata: null },
          {
            instructions: { path: place.at('p/s/SKILL.md'), contents: 'S' },
            metadata: { path: place.at('p/s/agents/openai.yaml'), contents: 'Y' },
          },
        ],
        namespaceManifests: [manifest],
        warnings: [],
        error: null,
      });
    },
  ),
  roots.in(
    'first-manifest',
    'of several manifests of one plugin the first kind counts',
    async (session, executor) => {
      const place = await Place.make(
        session,
        executor,
        'for d in codex claude cursor; do mkdir -p p/.$d-plugin q/.$d-plugin; printf $d > p/.$d-plugin/plugin.json; done; printf claude > q/.claude-plugin/plugin.json; printf cursor > q/.cursor-plugin/plugin.json',
      );
      for (const [name, kind] of [['p', 'codex'] as const, ['q', 'claude'] as const]) {
        same('the manifests', manifestsOf(await found(session, place.at(name))), [kind, [kind]]);
      }
    },
  ),
  roots.in(
    'namespaces',
    'the plugin around a directory and those below it are named',
    async (session, executor) => {
      const place = await Place.make(
        session,
        executor,
        `mkdir -p p/.codex-plugin p/s/b/.cursor-plugin p/s/a/.claude-plugin; printf outer > p/${MANIFEST}
       printf b > p/s/b/.cursor-plugin/plugin.json; printf a > p/s/a/.claude-plugin/plugin.json`,
      );
      same('the manifests', manifestsOf(await found(session, place.at('p/s'))), [null, ['outer', 'a', 'b']]);
    },
  ),
  ...DECLARATIONS.map(([name, title, manifest, taken]) =>
    roots.in(`declares-${name}`, title, async (session, executor) => {
      const place = await Place.make(
        session,
        executor,
        `mkdir -p p/.codex-plugin; printf '%s' '${manifest}' > p/${MANIFEST}; printf usual > p/.mcp.json
         printf usual > p/.app.json; printf m > p/m; printf a > p/a; printf outside > m`,
      );
      const { plugin } = await found(session, place.at('p'));
      const { mcpConfig, appsConfig } = plugin as Record<string, { readonly contents?: unknown } | null>;
      same('the files', [mcpConfig?.contents ?? null, appsConfig?.contents ?? null], taken);
    }),
  ),
  roots.in('depth', 'six levels are looked through, links to directories too', async (session, executor) => {
    const place = await Place.make(
      session,
      executor,
      'mkdir -p r/1/2/3/4/5/6/7 t; for f in r/1/2/3/4/5/6 r/1/2/3/4/5/6/7 t; do printf x > $f/SKILL.md; done; ln -s ../t r/link; ln -s ../t/SKILL.md r/SKILL.md',
    );
    same('the skills', skillsOf(await found(session, place.at('r'))), [
      place.at('r/1/2/3/4/5/6/SKILL.md'),
      place.at('r/link/SKILL.md'),
    ]);
  }),
  roots.in(
    'unfit',
    'files that are too large or no text are left out with a warning',
    async (session, executor) => {
      const place = await Place.make(
        session,
        executor,
        "mkdir -p r/a r/b r/c; head -c 1048577 /dev/zero > r/a/SKILL.md; head -c 1048576 /dev/zero > r/b/SKILL.md; printf '\\377' > r/c/SKILL.md",
      );
      const answer = await found(session, place.at('r'));
      same('the skills', skillsOf(answer), [place.at('r/b/SKILL.md')]);
      same('the number of warnings', (answer['warnings'] as unknown[]).length, 2);
    },
  ),
  roots.in(
    'many',
    'each directory has its answer, in order; one that fails spoils no other',
    async (session, executor) => {
      const place = await Place.make(session, executor, 'mkdir r; printf x > r/SKILL.md; printf x > file');
      const asked = [
        { id: '', path: place.at('r') },
        { id: 'same', path: place.at('none') },
        { id: 'same', path: place.at('file') },
        { id: 'foreign', path: 'file:///C:/r' },
        { id: '', path: place.at('r') },
      ];
      const { roots: all } = resultOf(await ask(session, asked));
      const told = (all as Record<string, unknown>[]).map(({ id, path, skills, error }) => [
        id,
        path,
        (skills as unknown[]).length,
        typeof error === 'string',
      ]);
      same(
        'the answers',
        told,
        asked.map(({ id, path }) => [id, path, id === '' ? 1 : 0, id !== '']),
      );
    },
  ),
  roots.in('none', 'no directory at all is an answer without any', async (session) => {
    same('the answer', await ask(session, []), { result: { roots: [] } });
  }),
  roots.in('most', '128 directories are looked through', async (session) => {
    const { roots: all } = resultOf(await ask(session, missing(128)));
    same('the number of answers', (all as unknown[]).length, 128);
  }),
  roots.refuses('too-many', '129 directories: refused with -32600', -32600, (session) =>
    ask(session, missing(129)),
  ),
  ...(
    [
      ['roots', undefined],
      ['id', [{ path: 'file:///' }]],
      ['id-type', [{ id: 1, path: 'file:///' }]],
      ['path', [{ id: 'r' }]],
      ['path-text', [{ id: 'r', path: '/srv' }]],
      ['path-nul', [{ id: 'r', path: 'file:///a%00' }]],
      ['sandbox', [{ id: 'r', path: 'file:///', sandbox: {} }]],
    ] as const
  ).map(([name, asked]) =>
    roots.refuses(`bad-${name}`, `a request with a bad ${name}: refused with -32602`, -32602, (session) =>
      ask(session, asked),
    ),
  ),
  roots.in('no-sandbox', 'who says that all may be read is answered', async (session, executor) => {
    const place = await Place.make(session, executor, 'printf x > SKILL.md');
    const { roots: all } = resultOf(
      await ask(session, [{ id: 'r', path: place.uri, sandbox: { ...UNRESTRICTED, cwd: place.uri } }]),
    );
    same('the skills', (all as Record<string, unknown>[]).map(skillsOf), [[place.at('SKILL.md')]]);
  }),
  installed.in('lists', 'answers lists, wherever the client works', async (session) => {
    for (const cwd of ['file:///', 'file:///does/not/exist', 'file:///C:/Users']) {
      const { plugins, skills, warnings } = resultOf(
        await session.request('capabilities/discoverV2', { cwd }),
      );
      holds([plugins, skills, warnings].every(Array.isArray), 'expected lists', {
        plugins,
        skills,
        warnings,
      });
    }
  }),
  installed.in('no-sandbox', 'who says that all may be read is answered', async (session, executor) => {
    const params = { cwd: executor.workspace, sandbox: { ...UNRESTRICTED, cwd: executor.workspace } };
    holds(
      Array.isArray(resultOf(await session.request('capabilities/discoverV2', params))['plugins']),
      'expected plugins',
      params,
    );
  }),
  ...(
    [
      ['cwd', {}],
      ['cwd-text', { cwd: '/srv' }],
      ['cwd-nul', { cwd: 'file:///a%00' }],
      ['sandbox', { cwd: 'file:///', sandbox: {} }],
    ] as const
  ).map(([name, params]) =>
    installed.refuses(`bad-${name}`, `a request with a bad ${name}: refused with -32602`, -32602, (session) =>
      session.request('capabilities/discoverV2', params),
    ),
  ),
];

/** What the Codex CLI says where it runs commands without a sandbox. */
const UNRESTRICTED = { permissions: { type: 'disabled' }, windowsSandboxLevel: 'disabled' };

function ask(session: Session, asked: unknown): Promise<Answer> {
  return session.request('capabilityRoots/discoverV1', { roots: asked });
}

/** What is told of one directory. */
async function found(session: Session, path: string): Promise<Readonly<Record<string, unknown>>> {
  const { roots: all } = resultOf(await ask(session, [{ id: 'r', path }]));
  return (all as Record<string, unknown>[])[0] ?? {};
}

function missing(count: number): readonly object[] {
  return Array.from({ length: count }, (_, at) => ({ id: `${at}`, path: 'file:///does/not/exist' }));
}

function skillsOf({ skills }: Readonly<Record<string, unknown>>): readonly unknown[] {
  return (skills as { readonly instructions: { readonly path: unknown } }[]).map(
    ({ instructions }) => instructions.path,
  );
}

/** The contents of the directory's own manifest, and of all that skills below it are named after. */
function manifestsOf({ plugin, namespaceManifests }: Readonly<Record<string, unknown>>): readonly unknown[] {
  const own = plugin as { readonly manifest: { readonly contents: unknown } } | null;
  const all = namespaceManifests as { readonly contents: unknown }[];
  return [own?.manifest.contents ?? null, all.map(({ contents }) => contents)];
}

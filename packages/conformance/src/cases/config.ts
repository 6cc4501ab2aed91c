import { area, type ConformanceCase, refused, resultOf } from '../case.js';
import { holds, same } from '../expect.js';
import type { Answer } from '../wire/message.js';
import type { Session } from '../wire/session.js';

const { in: on } = area('config', 'environmentConfig/read');

/** No configuration has it, whatever server this is. */
const UNHEARD_OF = [['conformance_unheard_of', 'key']];

const BAD_PATHS: readonly (readonly [name: string, title: string, paths: unknown])[] = [
  ['empty-path', 'a path without a key', [[]]],
  ['path-type', 'a path that is no list', ['model']],
  ['key-type', 'a key that is no string', [[1]]],
  ['paths-type', 'paths that are no list', 'model'],
];

export const CONFIG_CASES: readonly ConformanceCase[] = [
  on('read', 'what no file has is answered with no layer', async (session) => {
    const { config, requirements } = resultOf(await read(session, UNHEARD_OF, UNHEARD_OF));
    for (const part of [config, requirements]) {
      const { layers, cloudInsertionIndex } = part as Record<string, unknown>;
      same('the layers', layers, []);
      same('where layers of the client belong', cloudInsertionIndex, 0);
    }
  }),
  on('place', 'the answer says where the configuration is', async (session) => {
    const { userHomeDir, codexHomeDir } = resultOf(await read(session, UNHEARD_OF, []));
    for (const path of [userHomeDir, codexHomeDir]) {
      holds(
        path == null || (typeof path === 'string' && path.startsWith('file:///')),
        'expected a file URI',
        path,
      );
    }
    const info = resultOf(await session.request('environment/info'));
    same('the home', userHomeDir, info['userHomeDir']);
  }),
  on('nothing', 'no path at all: refused with -32602', async (session) => {
    refused(await read(session, [], []), -32602);
  }),
  ...BAD_PATHS.map(([name, title, paths]) =>
    on(name, `${title}: refused with -32602`, async (session) => {
      refused(await read(session, paths, []), -32602);
      refused(await read(session, [], paths), -32602);
    }),
  ),
  on('cwd', 'a directory that is no file URI: refused with -32602', async (session) => {
    refused(await read(session, UNHEARD_OF, [], '/srv'), -32602);
    refused(await read(session, UNHEARD_OF, [], null), -32602);
  }),
];

function read(
  session: Session,
  configPaths: unknown,
  requirementsPaths: unknown,
  cwd: unknown = 'file:///',
): Promise<Answer> {
  return session.request('environmentConfig/read', { cwd, configPaths, requirementsPaths });
}

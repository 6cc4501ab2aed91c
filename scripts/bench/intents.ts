import { pathToFileURL } from 'node:url';

/** What may be done in a place that the executor knows by a word of its own, such as `project_roots`. */
export function special(kind: string, access = 'write'): object {
  return { path: { type: 'special', value: { kind } }, access };
}

/** What may be done below a path. */
export function at(path: string, access: string): object {
  return { path: { type: 'path', path: pathToFileURL(path).href }, access };
}

/** The `sandbox` of a start or a file request: everything can be read, and these entries count; there is no network. */
export function sandboxIn(workspace: string, entries: readonly object[]): object {
  const uri = pathToFileURL(workspace).href;
  return {
    permissions: {
      type: 'managed',
      file_system: { type: 'restricted', entries: [special('root', 'read'), ...entries] },
      network: 'restricted',
    },
    cwd: uri,
    workspaceRoots: [uri],
    windowsSandboxLevel: 'disabled',
  };
}

import { type HostTable, parseHostTable } from './host-table.js';

/** A file that holds a table of hosts. */
export interface HostTableFile {
  /** Another one whenever the text may be another one. */
  version(): Promise<string>;
  text(): Promise<string>;
}

/** A table that is read again when its file has changed, once for all who ask meanwhile. @throws what the file throws. */
export function keptHostTable(file: HostTableFile): () => Promise<HostTable> {
  let kept: { readonly version: string; readonly table: Promise<HostTable> } | undefined;
  const read = async (version: string): Promise<HostTable> => {
    try {
      return await parseHostTable(await file.text());
    } catch (error) {
      if (kept?.version === version) kept = undefined;
      throw error;
    }
  };
  return async () => {
    const version = await file.version();
    if (kept?.version !== version) kept = { version, table: read(version) };
    return await kept.table;
  };
}

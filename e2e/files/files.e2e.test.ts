import { type Client, connect } from '@holdfast/exec-client';
import { disposeAll, startServer } from '../harness.js';
import { describeFetch, FETCH_ENV } from './fetch-suite.js';
import { describeFiles } from './file-suite.js';

const EXTENSIONS = { 'with all extensions': undefined, 'without extensions': {} };

for (const [name, extensions] of Object.entries(EXTENSIONS)) {
  const start = async (): Promise<AsyncDisposable & { readonly client: Client }> => {
    const server = await startServer({ env: FETCH_ENV });
    const client = await connect(server.url, extensions === undefined ? {} : { extensions });
    return { client, [Symbol.asyncDispose]: () => disposeAll(client, server) };
  };
  describeFiles(`a server ${name}`, start);
  describeFetch(`a server ${name}`, start);
}

import { type Client, connect } from '@holdfast/exec-client';
import { describeFetch, FETCH_ENV } from '../files/fetch-suite.js';
import { describeFiles } from '../files/file-suite.js';
import { disposeAll } from '../harness.js';
import { describeWithCodex } from './codex.js';
import { startReferenceServer } from './reference-server.js';

describeWithCodex('our client', () => {
  const start = async (): Promise<AsyncDisposable & { readonly client: Client }> => {
    const server = await startReferenceServer(FETCH_ENV);
    const client = await connect(server.url);
    return { client, [Symbol.asyncDispose]: () => disposeAll(client, server) };
  };
  describeFiles('the reference server', start);
  describeFetch('the reference server', start);
});

import {
  type AnswerOf,
  bindRoute,
  type EnvironmentInfo,
  type ParamsOf,
  REQUESTS,
  type RequestMethod,
  type RequestSpec,
  type ResultOf,
  type Route,
  type WireId,
} from '@holdfast/exec-protocol';
import type { CapabilityFinder } from '../../config/capabilities/capability-finder.js';
import type { ExecutorConfig } from '../../config/executor-config.js';
import type { HttpExchange } from '../http-exchange.js';
import { replaySession } from '../replay-session.js';
import { type CapabilityScope, discoverInstalled, discoverRoots } from './capability-handlers.js';
import { readConfig } from './config-handler.js';
import {
  closeFile,
  copyEntry,
  describeEntry,
  type FileScope,
  makeDirectory,
  openFile,
  readFileBlock,
  readWholeFile,
  removeEntry,
  resolvePath,
  watchMissing,
  writeFileBlock,
  writeWholeFile,
} from './file-handlers.js';
import { changePermissions, digestFile, makeSymlink, renameFile } from './file-tree-handlers.js';
import { listDirectory, listEntries, walkTree } from './listing-handlers.js';
import {
  attachProcess,
  closeProcessStdin,
  detachProcess,
  listProcesses,
  type ProcessScope,
  readProcess,
  resizeProcess,
  signalProcess,
  startProcess,
  terminateProcess,
  writeProcess,
} from './process-handlers.js';

/** What the routes need from their connection. */
export interface RouteHost {
  readonly environment: EnvironmentInfo;
  readonly config: ExecutorConfig;
  readonly capabilities: CapabilityFinder;
  initialize(
    params: ParamsOf<(typeof REQUESTS)['initialize']>,
  ): ResultOf<(typeof REQUESTS)['initialize']> | Promise<ResultOf<(typeof REQUESTS)['initialize']>>;
  closeSession(): Promise<ResultOf<(typeof REQUESTS)['session/close']>>;
  /** @throws ExecError when a request of this kind may not be served now. */
  admit(spec: RequestSpec): void;
  /** Answers a request that changes something: with what `run` gives, or like before if it is a repeat. */
  once(spec: RequestSpec, params: unknown, id: WireId, run: () => Promise<unknown>): Promise<unknown>;
  processes(): ProcessScope;
  files(): FileScope;
  http(): HttpExchange;
}

type Handlers = {
  readonly [M in RequestMethod]: (
    params: ParamsOf<(typeof REQUESTS)[M]>,
    id: WireId,
  ) => AnswerOf<(typeof REQUESTS)[M]> | Promise<AnswerOf<(typeof REQUESTS)[M]>>;
};

/** Every request method with what answers it. A method without a handler does not compile. */
export function createRoutes(host: RouteHost): ReadonlyMap<string, Route> {
  const handlers: Handlers = {
    initialize: (params) => host.initialize(params),
    'session/close': () => host.closeSession(),
    'session/replay': (params) => replaySession(host.processes(), params),
    'environment/info': () => host.environment,
    'environmentConfig/read': (params) => readConfig({ config: host.config, files: host.files() }, params),
    'environment/status': () => ({ status: 'ready' }),
    'capabilityRoots/discoverV1': (params, id) => discoverRoots(capabilityScope(host), params, id),
    'capabilities/discoverV2': (params) => discoverInstalled(capabilityScope(host), params),
    'process/start': (params) => startProcess(host.processes(), params),
    'process/read': (params, id) => readProcess(host.processes(), params, id),
    'process/write': (params) => writeProcess(host.processes(), params),
    'process/closeStdin': (params) => closeProcessStdin(host.processes(), params),
    'process/signal': (params) => signalProcess(host.processes(), params),
    'process/terminate': (params) => terminateProcess(host.processes(), params),
    'process/resize': (params) => resizeProcess(host.processes(), params),
    'process/list': () => listProcesses(host.processes()),
    'process/attach': (params) => attachProcess(host.processes(), params),
    'process/detach': (params) => detachProcess(host.processes(), params),
    ...fileHandlers(host),
    'http/request': (params, id) => host.http().request(params, id),
  };
  return new Map(Object.entries(REQUESTS).map(([method, spec]) => [method, guarded(host, spec, handlers)]));
}

function capabilityScope(host: RouteHost): CapabilityScope {
  return { finder: host.capabilities, files: host.files() };
}

function fileHandlers(host: RouteHost): Pick<Handlers, Extract<RequestMethod, `fs/${string}`>> {
  return {
    'fs/readFile': (params, id) => readWholeFile(host.files(), params, id),
    'fs/writeFile': (params) => writeWholeFile(host.files(), params),
    'fs/createDirectory': (params) => makeDirectory(host.files(), params),
    'fs/getMetadata': (params) => describeEntry(host.files(), params),
    'fs/canonicalize': (params) => resolvePath(host.files(), params),
    'fs/readDirectory': (params) => listDirectory(host.files(), params),
    'fs/walk': (params) => walkTree(host.files(), params),
    'fs/remove': (params) => removeEntry(host.files(), params),
    'fs/copy': (params) => copyEntry(host.files(), params),
    'fs/open': (params) => openFile(host.files(), params),
    'fs/readBlock': (params) => readFileBlock(host.files(), params),
    'fs/writeBlock': (params) => writeFileBlock(host.files(), params),
    'fs/close': (params) => closeFile(host.files(), params),
    'fs/watchMissing': (params) => watchMissing(host.files(), params),
    'fs/list': (params) => listEntries(host.files(), params),
    'fs/symlink': (params) => makeSymlink(host.files(), params),
    'fs/setPermissions': (params) => changePermissions(host.files(), params),
    'fs/digest': (params) => digestFile(host.files(), params),
    'fs/rename': (params) => renameFile(host.files(), params),
  };
}

function guarded(host: RouteHost, spec: RequestSpec, handlers: Handlers): Route {
  // The table above gives each method the handler of its own types; that relation does not survive a loop.
  const handler = handlers[spec.method as RequestMethod] as (params: unknown, id: WireId) => unknown;
  const route = bindRoute(spec, handler, () => host.processes().extensions);
  // Whether a request may come at all is asked first: a client that broke the order should not be told of its fields.
  return async (params, id) => {
    host.admit(spec);
    const run = (): Promise<unknown> => route(params, id);
    return await (spec.mutates === true ? host.once(spec, params, id, run) : run());
  };
}

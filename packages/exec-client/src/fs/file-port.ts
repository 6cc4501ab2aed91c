import type { EnvironmentInfo, ParamsOf, RequestSpec, ResultOf } from '@holdfast/exec-protocol';
import type { Clock } from '../clock.js';
import type { Link, Stops, WatchSink } from '../connection/link.js';
import type { FilePort } from './file-requests.js';
import { namedFileError } from './reference-errors.js';

/** Files of a session that outlives its connections. */
export function createFilePort(
  link: Link,
  clock: Clock,
  environment: () => Promise<EnvironmentInfo>,
): FilePort {
  return {
    clock,
    environment,
    extensions: () => link.extensions,
    attachWatch: (watchId: number, sink: WatchSink) => link.attachWatch(watchId, sink),
    async request<S extends RequestSpec>(
      spec: S,
      params: ParamsOf<S>,
      signal?: AbortSignal,
      stops?: Stops,
    ): Promise<ResultOf<S>> {
      try {
        return await link.request(spec, params, signal, stops);
      } catch (error) {
        // Whoever knows extensions names kinds, too.
        throw Object.keys(link.extensions).length > 0 ? error : namedFileError(error);
      }
    },
  };
}

import * as z from 'zod';
import { ExecError } from '../errors.js';
import type { NotificationSpec, ParamsOf, RequestSpec, ResultOf } from '../methods/define.js';

/** Takes parameters as they came and answers what goes out. Its part before the first await runs in arrival order. */
export type Route = (params: unknown) => Promise<unknown>;

/** Joins a request's shapes with a handler. Bad parameters never reach the handler. */
export function bindRoute<S extends RequestSpec>(
  spec: S,
  handler: (params: ParamsOf<S>) => ResultOf<S> | Promise<ResultOf<S>>,
): Route {
  return async (params) => z.encode(spec.result, await handler(parseParams(spec, params)));
}

/** @throws ExecError `invalidParams`, naming each wrong field and what it should be. */
export function parseParams<S extends RequestSpec | NotificationSpec>(spec: S, params: unknown): ParamsOf<S> {
  const parsed = spec.params.safeParse(params);
  if (parsed.success) return parsed.data as ParamsOf<S>;
  throw new ExecError(
    'invalidParams',
    `${spec.method}: ${parsed.error.issues.map(describeIssue).join('; ')}`,
  );
}

/** Parameters as they travel. */
export function encodeParams<S extends RequestSpec | NotificationSpec>(
  spec: S,
  params: ParamsOf<S>,
): unknown {
  return z.encode(spec.params, params);
}

/** @throws ExecError `internal` when the peer answered with another shape than the method has. */
export function decodeResult<S extends RequestSpec>(spec: S, result: unknown): ResultOf<S> {
  const parsed = spec.result.safeParse(result);
  if (parsed.success) return parsed.data as ResultOf<S>;
  throw new ExecError(
    'internal',
    `the peer answered ${spec.method} wrongly: ${parsed.error.issues.map(describeIssue).join('; ')}`,
  );
}

function describeIssue(issue: z.core.$ZodIssue): string {
  const field = issue.path.length === 0 ? 'params' : issue.path.map(String).join('.');
  if (issue.code === 'invalid_type' && issue.input === undefined)
    return `${field}: is required, as ${issue.expected}`;
  return `${field}: ${issue.message.slice(0, 1).toLowerCase()}${issue.message.slice(1)}`;
}

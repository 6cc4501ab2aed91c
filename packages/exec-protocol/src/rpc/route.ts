import * as z from 'zod';
import { ExecError } from '../errors.js';
import type { Extensions } from '../extensions.js';
import type { NotificationSpec, ParamsOf, RequestSpec, ResultOf } from '../methods/define.js';
import { extensionFieldsOf, withoutForeignFields } from '../methods/extension-field.js';
import type { WireId } from '../wire/envelope.js';
import { describeIssue } from './describe-issue.js';

/**
 * Takes parameters as they came, and the id of their request, and answers what goes out. Its part before the first await
 * runs in arrival order.
 */
export type Route = (params: unknown, id: WireId) => Promise<unknown>;

/**
 * Joins a request's shapes with a handler. Bad parameters never reach the handler, and nothing of an extension does that
 * was not agreed on.
 * @param agreed The extensions in force when the request comes; default all.
 */
export function bindRoute<S extends RequestSpec>(
  spec: S,
  handler: (params: ParamsOf<S>) => ResultOf<S> | Promise<ResultOf<S>>,
  agreed?: () => Extensions,
): Route {
  const fields = extensionFieldsOf(spec.params);
  return async (params) => {
    const known =
      agreed === undefined || fields.size === 0 ? params : withoutForeignFields(params, fields, agreed());
    return z.encode(spec.result, await handler(parseParams(spec, known)));
  };
}

/** @throws ExecError `invalidParams`, naming each wrong field and what it should be. */
export function parseParams<S extends RequestSpec | NotificationSpec>(spec: S, params: unknown): ParamsOf<S> {
  const parsed = spec.params.safeParse(params, { reportInput: true });
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
  const parsed = spec.result.safeParse(result, { reportInput: true });
  if (parsed.success) return parsed.data as ResultOf<S>;
  throw new ExecError(
    'internal',
    `the peer answered ${spec.method} wrongly: ${parsed.error.issues.map(describeIssue).join('; ')}`,
  );
}

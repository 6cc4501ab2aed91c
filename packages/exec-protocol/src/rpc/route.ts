import * as z from 'zod';
import { base64FieldsOf } from '../bytes.js';
import { ExecError } from '../errors.js';
import type { Extensions } from '../extensions.js';
import type { NotificationSpec, ParamsOf, RequestSpec, ResultOf } from '../methods/define.js';
import { extensionFieldsOf, withoutForeignFields } from '../methods/extension-field.js';
import type { WireId } from '../wire/envelope.js';
import { JsonText, writeAroundPlainText } from '../wire/json-text.js';
import { describeIssue } from './describe-issue.js';
import { tellIssues } from './tell-issues.js';

/**
 * Takes parameters as they came, and the id of their request, and answers what goes out. Its part before the first await
 * runs in arrival order.
 */
export type Route = (params: unknown, id: WireId) => Promise<unknown>;

/** An answer that its handler has written out, id and all, and that is sent in a way of its own. */
export class PreparedAnswer {
  /** Called once, when it is the answer's turn. */
  readonly send: () => void;

  constructor(send: () => void) {
    this.send = send;
  }
}

/** What a handler of this request returns: its result, or that as JSON, or an answer that is sent otherwise. */
export type AnswerOf<S extends RequestSpec> = ResultOf<S> | JsonText | PreparedAnswer;

/**
 * Joins a request's shapes with a handler. Bad parameters never reach the handler, and nothing of an extension does that
 * was not agreed on.
 * @param agreed The extensions in force when the request comes; default all.
 */
export function bindRoute<S extends RequestSpec>(
  spec: S,
  handler: (params: ParamsOf<S>, id: WireId) => AnswerOf<S> | Promise<AnswerOf<S>>,
  agreed?: () => Extensions,
): Route {
  const fields = extensionFieldsOf(spec.params);
  const encode = encoderOf(spec.result);
  return async (params, id) => {
    const known =
      agreed === undefined || fields.size === 0 ? params : withoutForeignFields(params, fields, agreed());
    const answer = await handler(parseParams(spec, known), id);
    return answer instanceof PreparedAnswer || answer instanceof JsonText ? answer : encode(answer);
  };
}

/** @throws ExecError `invalidParams`, naming each wrong field and what it should be. */
export function parseParams<S extends RequestSpec | NotificationSpec>(spec: S, params: unknown): ParamsOf<S> {
  const parsed = spec.params.safeParse(params, { reportInput: true });
  if (parsed.success) return parsed.data as ParamsOf<S>;
  throw badParams(spec, parsed.error);
}

/**
 * Parameters as they travel, or their JSON where it is written faster than it is found.
 * @throws ExecError `invalidParams`, in the words of the side that would have refused them.
 */
export function encodeParams<S extends RequestSpec | NotificationSpec>(
  spec: S,
  params: ParamsOf<S>,
): unknown {
  let encode = ENCODERS.get(spec.params);
  if (encode === undefined) {
    encode = encoderOf(spec.params);
    ENCODERS.set(spec.params, encode);
  }
  try {
    return encode(params);
  } catch (error) {
    throw error instanceof z.ZodError ? badParams(spec, error) : error;
  }
}

function badParams(spec: RequestSpec | NotificationSpec, error: z.ZodError): ExecError {
  return new ExecError('invalidParams', tellIssues(error, describeIssue, `${spec.method}: `));
}

/** @throws ExecError `internal` when the peer answered with another shape than the method has. */
export function decodeResult<S extends RequestSpec>(spec: S, result: unknown): ResultOf<S> {
  const parsed = spec.result.safeParse(result, { reportInput: true });
  if (parsed.success) return parsed.data as ResultOf<S>;
  throw new ExecError(
    'internal',
    tellIssues(parsed.error, describeIssue, `the peer answered ${spec.method} wrongly: `),
  );
}

type Encoder = (value: unknown) => unknown;

/** Of the parameters of each message that was sent. */
const ENCODERS = new WeakMap<z.ZodType, Encoder>();

function encoderOf(schema: z.ZodType): Encoder {
  const plain = base64FieldsOf(schema);
  if (plain.length === 0) return (value) => z.encode(schema, value);
  return (value) => writeAroundPlainText(z.encode(schema, value) as Record<string, unknown>, plain);
}

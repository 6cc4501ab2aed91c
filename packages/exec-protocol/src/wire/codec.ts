import { type Envelope, parseWireId, type TraceContext, type WireError, type WireId } from './envelope.js';
import { ENVELOPE_LIMITS } from './envelope-limits.js';
import { explainJson, type JsonLimits, scanJson } from './json-scanner.js';
import { JsonText } from './json-text.js';

/** What a text turned out to be. `message` is fit to be sent back: it quotes nothing but a member name. */
export type DecodedMessage =
  | { readonly ok: true; readonly envelope: Envelope }
  | { readonly ok: false; readonly message: string };

/**
 * Reads one message. Members that the envelope does not know are ignored, `jsonrpc` among them. What cannot be read is
 * answered with `MALFORMED_ID`; the connection stays usable.
 */
export function decodeMessage(text: string, limits: JsonLimits = ENVELOPE_LIMITS): DecodedMessage {
  const scan = scanJson(text, limits);
  if (!scan.ok) return malformed(scan.problem.message);
  let message: unknown;
  try {
    message = JSON.parse(text);
  } catch {
    return malformed(explainJson(text, limits).message);
  }
  if (!isRecord(message)) return malformed('a message is one JSON object; send no array and no bare value');
  return classify(message, scan.idSource);
}

/** The text of any message, as `decodeMessage` reads it. */
export function encodeEnvelope(envelope: Envelope): string {
  switch (envelope.kind) {
    case 'request':
      return encodeRequest(envelope.id, envelope.method, envelope.params, envelope.trace);
    case 'notification':
      return encodeNotification(envelope.method, envelope.params, envelope.trace);
    case 'response':
      return encodeResponse(envelope.id, envelope.result);
    case 'error':
      return encodeError(envelope.id, envelope.error);
  }
}

/** The text of a request. Undefined `params` are left out, null ones are sent. */
export function encodeRequest(id: WireId, method: string, params?: unknown, trace?: TraceContext): string {
  return `{"id":${id},${callMembers(method, params, trace)}}`;
}

/** The text of a notification. Undefined `params` are left out, null ones are sent. */
export function encodeNotification(method: string, params?: unknown, trace?: TraceContext): string {
  return `{${callMembers(method, params, trace)}}`;
}

/** The text of an answer. An undefined result travels as null, because an answer without one is malformed. */
export function encodeResponse(id: WireId, result: unknown): string {
  return `{"id":${id},"result":${jsonOf(result) ?? 'null'}}`;
}

/** The text of an answer that says what went wrong. Undefined `data` is left out. */
export function encodeError(id: WireId, error: WireError): string {
  const { code, message, data } = error;
  return `{"id":${id},"error":${JSON.stringify({ code, message, data })}}`;
}

/** What all output notifications of one stream start with; kept by whoever sends many of them. */
export function outputNotificationPrefix(processId: string, stream: OutputStream): string {
  return `{"method":"process/output","params":{"processId":${JSON.stringify(processId)},"stream":"${stream}","seq":`;
}

/** An output notification after a kept prefix. `base64` goes in as it is: pass only what `encodeBase64` made. */
export function finishOutputNotification(prefix: string, seq: number, base64: string): string {
  return `${prefix}${String(seq)},"chunk":"${base64}"}}`;
}

/** An output notification, put together around its base64 text without looking at it. */
export function encodeOutputNotification(
  processId: string,
  seq: number,
  stream: OutputStream,
  base64: string,
): string {
  return finishOutputNotification(outputNotificationPrefix(processId, stream), seq, base64);
}

type OutputStream = 'stdout' | 'stderr' | 'pty';

type JsonObject = Readonly<Record<string, unknown>>;

function classify(message: JsonObject, idSource: string | undefined): DecodedMessage {
  if (!Object.hasOwn(message, 'id')) return decodeNotification(message);
  const id = idSource === undefined ? undefined : parseWireId(idSource);
  if (id === undefined) {
    return malformed(
      'id must be a string or an integer of at most 64 bits, signed, without fraction or exponent',
    );
  }
  if (Object.hasOwn(message, 'method')) return decodeRequest(message, id);
  const { result, error } = message;
  if (result !== undefined) return { ok: true, envelope: { kind: 'response', id, result } };
  if (error !== undefined) return decodeError(error, id);
  return malformed('the message has an id only; add a method to ask, a result or an error to answer');
}

function decodeRequest({ method, params, trace }: JsonObject, id: WireId): DecodedMessage {
  if (typeof method !== 'string') return malformed('method must be a string that names what to do');
  const context = parseTrace(trace);
  if (context === undefined) {
    return malformed('trace must be an object whose traceparent and tracestate are strings; or leave it out');
  }
  return { ok: true, envelope: { kind: 'request', id, method, params, ...context } };
}

function decodeNotification(message: JsonObject): DecodedMessage {
  if (Object.hasOwn(message, 'method')) {
    const { method, params, trace } = message;
    if (typeof method !== 'string') return malformed('method must be a string that names what happened');
    // Nobody could be told that the trace is unusable, and what is notified counts for more.
    return { ok: true, envelope: { kind: 'notification', method, params, ...parseTrace(trace) } };
  }
  if (Object.hasOwn(message, 'result') || Object.hasOwn(message, 'error')) {
    return malformed('an answer needs the id of its request; add id');
  }
  return malformed('the message has neither method nor result nor error; add one of them');
}

function decodeError(error: unknown, id: WireId): DecodedMessage {
  if (!isRecord(error)) return malformed('error must be an object with code and message');
  const { code, message, data } = error;
  if (typeof code !== 'number' || !Number.isSafeInteger(code)) {
    return malformed('error.code must be an integer');
  }
  if (typeof message !== 'string') return malformed('error.message must be a string');
  const details = Object.hasOwn(error, 'data') ? { data } : {};
  return { ok: true, envelope: { kind: 'error', id, error: { code, message, ...details } } };
}

/** The trace as a member to spread, empty where there is none; undefined where it has the wrong shape. */
function parseTrace(trace: unknown): { readonly trace?: TraceContext } | undefined {
  if (trace === undefined || trace === null) return {};
  if (!isRecord(trace)) return undefined;
  const { traceparent, tracestate } = trace;
  if (!isTextOrNothing(traceparent) || !isTextOrNothing(tracestate)) return undefined;
  const context = {
    ...(typeof traceparent === 'string' && { traceparent }),
    ...(typeof tracestate === 'string' && { tracestate }),
  };
  return Object.keys(context).length === 0 ? {} : { trace: context };
}

function isTextOrNothing(value: unknown): value is string | null | undefined {
  return value === undefined || value === null || typeof value === 'string';
}

function isRecord(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function callMembers(method: string, params: unknown, trace: TraceContext | undefined): string {
  const paramsJson = jsonOf(params);
  const paramsMember = paramsJson === undefined ? '' : `,"params":${paramsJson}`;
  const traceMember = trace === undefined ? '' : `,"trace":${JSON.stringify(trace)}`;
  return `"method":${JSON.stringify(method)}${paramsMember}${traceMember}`;
}

// What JSON cannot say, a function for example, has no text either; the declaration of `stringify` leaves that out.
function jsonOf(value: unknown): string | undefined {
  return value instanceof JsonText ? value.text : JSON.stringify(value);
}

function malformed(message: string): DecodedMessage {
  return { ok: false, message };
}

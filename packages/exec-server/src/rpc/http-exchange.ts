import {
  ExecError,
  encodeBase64,
  encodeNotification,
  type httpRequest,
  MAX_BUFFERED_BODY_BYTES,
  MAX_STREAMED_RESPONSES,
  type ParamsOf,
  type ResultOf,
} from '@holdfast/exec-protocol';
import { type BodyDelta, BodyStream } from '../http/body-stream.js';
import type { HttpResponse, HttpSender } from '../http/http-client.js';
import { type HttpRequest, planHttpRequest } from '../http/http-request.js';
import type { MessageSource } from './outgoing/outbox.js';

/** What the exchanges of one connection work with. */
export interface HttpExchangeHost {
  readonly client: HttpSender;
  /** The executor's own environment, from which headers may take values. */
  readonly env: Readonly<Record<string, string>>;
  /** Whether the operator allows no network. */
  readonly isForbidden: boolean;
  /** Fires when the connection has gone, and every request of it with it. */
  readonly gone: AbortSignal;
  /** A source may have something to send. */
  onNews(source: MessageSource): void;
}

/** The HTTP requests of one connection; streamed bodies leave in turn with everything else that is pushed. */
export class HttpExchange {
  readonly #host: HttpExchangeHost;
  /** The streamed requests that are not over, by the ids that the client chose. */
  readonly #active = new Set<string>();
  /** Bytes of the bodies that are to be answered whole and have come so far. */
  #wholeBytes = 0;

  constructor(host: HttpExchangeHost) {
    this.#host = host;
  }

  /** @throws ExecError `invalidParams` for what cannot be sent, `httpFailed` when no response comes. */
  async request(params: ParamsOf<typeof httpRequest>): Promise<ResultOf<typeof httpRequest>> {
    if (this.#host.isForbidden) {
      throw new ExecError(
        'sandboxUnsupported',
        'http/request: the sandbox ceiling of this executor allows no network; ask its operator for one that does',
      );
    }
    const plan = planHttpRequest(params, this.#host.env);
    if (params.streamResponse === true) return await this.#stream(params.requestId, plan);
    const { status, headers, body } = await this.#send(plan);
    return { status, headers: [...headers], bodyBase64: await this.#whole(body) };
  }

  async #stream(requestId: string, plan: HttpRequest): Promise<ResultOf<typeof httpRequest>> {
    this.#reserve(requestId);
    try {
      const { status, headers, body } = await this.#send(plan);
      const source: MessageSource = { take: () => this.#take(requestId, stream), onSent: () => undefined };
      const stream = new BodyStream(body, () => {
        this.#host.onNews(source);
      });
      return { status, headers: [...headers], bodyBase64: NOTHING };
    } catch (error) {
      this.#active.delete(requestId);
      throw error;
    }
  }

  async #whole(body: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
    const pieces: Uint8Array[] = [];
    let bytes = 0;
    try {
      for await (const piece of body) {
        bytes += piece.length;
        this.#wholeBytes += piece.length;
        if (this.#wholeBytes > MAX_BUFFERED_BODY_BYTES) throw tooLarge();
        pieces.push(piece);
      }
    } catch (error) {
      if (error instanceof ExecError) throw error;
      throw new ExecError('httpFailed', 'http/request failed: the response ended before its body was whole', {
        cause: error,
      });
    } finally {
      this.#wholeBytes -= bytes;
    }
    return Buffer.concat(pieces);
  }

  #send(plan: HttpRequest): Promise<HttpResponse> {
    return this.#host.client.send(plan, this.#host.gone);
  }

  #take(requestId: string, stream: BodyStream): string | undefined {
    const delta = stream.take();
    if (delta === undefined) return undefined;
    if (delta.done) this.#active.delete(requestId);
    return deltaMessage(requestId, delta);
  }

  #reserve(requestId: string): void {
    if (this.#active.has(requestId)) {
      throw new ExecError(
        'invalidParams',
        `http/request requestId ${JSON.stringify(requestId)} is streaming already; choose another`,
      );
    }
    if (this.#active.size >= MAX_STREAMED_RESPONSES) {
      throw new ExecError(
        'limitExceeded',
        `${String(MAX_STREAMED_RESPONSES)} responses are streaming on this connection; wait for one to end`,
      );
    }
    this.#active.add(requestId);
  }
}

const NOTHING = new Uint8Array(0);

function tooLarge(): ExecError {
  return new ExecError(
    'limitExceeded',
    `http/request: the bodies that this connection is answered whole have more than ${String(MAX_BUFFERED_BODY_BYTES)} bytes together; ask for them with streamResponse`,
  );
}

function deltaMessage(requestId: string, { seq, bytes, done, error }: BodyDelta): string {
  return encodeNotification('http/request/bodyDelta', {
    requestId,
    seq,
    deltaBase64: encodeBase64(bytes),
    done,
    error,
  });
}

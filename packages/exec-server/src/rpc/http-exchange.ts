import {
  base64Length,
  ContentAnswerWriter,
  ExecError,
  encodeBase64,
  encodeNotification,
  type httpRequest,
  MAX_BUFFERED_BODY_BYTES,
  MAX_STREAMED_RESPONSES,
  type ParamsOf,
  type PreparedAnswer,
  type ResultOf,
  SHARED_ANSWERS_BYTES,
  type WireId,
} from '@holdfast/exec-protocol';
import { type BodyDelta, BodyStream } from '../http/body-stream.js';
import type { HttpParty, HttpResponse, HttpSender } from '../http/http-client.js';
import { type HttpRequest, planHttpRequest } from '../http/http-request.js';
import type { AnswerRoom } from './answers/answer-room.js';
import { type AnswerTransport, slicedAnswer } from './answers/answer-transport.js';
import type { MessageSource } from './outgoing/outbox.js';

/** What the exchanges of one connection work with. */
export interface HttpExchangeHost {
  readonly client: HttpSender;
  /** Whose requests these are. */
  readonly party: HttpParty;
  /** The executor's own environment, from which headers may take values. */
  readonly env: Readonly<Record<string, string>>;
  /** Whether the operator allows no network. */
  readonly isForbidden: boolean;
  /** Fires when the connection has gone, and every request of it with it. */
  readonly gone: AbortSignal;
  readonly transport: Pick<AnswerTransport, 'sendSlices'>;
  /** Where bodies that are answered whole have room. */
  readonly room: Pick<AnswerRoom, 'heldBytes' | 'take' | 'giveBack'>;
  /** A source may have something to send. */
  onNews(source: MessageSource): void;
}

/** The HTTP requests of one connection; streamed bodies leave in turn with everything else that is pushed. */
export class HttpExchange {
  readonly #host: HttpExchangeHost;
  /** The streamed requests that are not over, by the ids that the client chose. */
  readonly #active = new Set<string>();

  constructor(host: HttpExchangeHost) {
    this.#host = host;
  }

  /**
   * @throws ExecError `invalidParams` for what cannot be sent, `httpFailed` when no response comes, `limitExceeded` when there is
   *   no place for it or no room for its body.
   */
  async request(
    params: ParamsOf<typeof httpRequest>,
    id: WireId,
  ): Promise<ResultOf<typeof httpRequest> | PreparedAnswer> {
    if (this.#host.isForbidden) {
      throw new ExecError(
        'sandboxUnsupported',
        'http/request: the sandbox ceiling of this executor allows no network; ask its operator for one that does',
      );
    }
    const plan = planHttpRequest(params, this.#host.env);
    if (params.streamResponse === true) return await this.#stream(params.requestId, plan);
    return await this.#whole(await this.#send(plan), id);
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

  async #whole({ status, headers, body }: HttpResponse, id: WireId): Promise<PreparedAnswer> {
    const { room, transport } = this.#host;
    const answer = new ContentAnswerWriter(id, 'bodyBase64', { status, headers });
    let bytes = 0;
    let taken = 0;
    try {
      for await (const piece of body as AsyncIterable<Uint8Array>) {
        bytes += piece.length;
        const more = base64Length(bytes) - taken;
        if (room.heldBytes + more > base64Length(MAX_BUFFERED_BODY_BYTES)) throw tooLarge();
        if (!room.take(more)) throw noRoom();
        taken += more;
        answer.write(piece);
      }
    } catch (error) {
      if (error instanceof ExecError) throw error;
      throw new ExecError('httpFailed', 'http/request failed: the response ended before its body was whole', {
        cause: error,
      });
    } finally {
      room.giveBack(taken);
    }
    return slicedAnswer(transport, answer.finish());
  }

  #send(plan: HttpRequest): Promise<HttpResponse> {
    return this.#host.client.send(plan, this.#host.gone, this.#host.party);
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
    `http/request: the bodies that this connection is answered whole, and what it has not taken, have more than ${String(MAX_BUFFERED_BODY_BYTES)} bytes together; ask for them with streamResponse`,
  );
}

function noRoom(): ExecError {
  return new ExecError(
    'limitExceeded',
    `http/request: the connections of this server hold ${String(SHARED_ANSWERS_BYTES)} bytes of answers; ask for the body with streamResponse`,
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

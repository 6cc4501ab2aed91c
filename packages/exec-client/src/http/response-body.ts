import { ExecError, type httpBodyDelta, type ParamsOf, RESPONSE_BUFFER_BYTES } from '@holdfast/exec-protocol';
import type { BodySink, Link } from '../connection/link.js';

/** The body of one streamed response. What has arrived waits for its reader, up to a limit; servers cannot be told to wait. */
export class ResponseBody implements BodySink {
  readonly stream: ReadableStream<Uint8Array>;
  readonly #limitBytes: number;
  readonly #signal: AbortSignal;
  readonly #detach: () => void;
  readonly #onAbort = (): void => {
    // There is no word for it on the wire, so the rest comes all the same.
    this.#fail(this.#signal.reason);
  };
  #controller: ReadableStreamDefaultController<Uint8Array> | undefined;
  #lastSeq = 0;

  constructor(
    link: Link,
    requestId: string,
    signal: AbortSignal,
    limitBytes: number = RESPONSE_BUFFER_BYTES,
  ) {
    this.#limitBytes = limitBytes;
    this.#signal = signal;
    this.#detach = link.attachBody(requestId, this);
    this.stream = new ReadableStream<Uint8Array>(
      {
        start: (controller) => {
          this.#controller = controller;
        },
        cancel: () => {
          this.discard();
        },
      },
      { highWaterMark: limitBytes, size: ({ length }) => length },
    );
    signal.addEventListener('abort', this.#onAbort, { once: true });
  }

  onDelta({ seq, deltaBase64, done, error }: ParamsOf<typeof httpBodyDelta>): void {
    if (seq !== this.#lastSeq + 1) {
      this.#fail(
        new ExecError('connectionLost', 'a piece of the response is missing; send the request again'),
      );
    }
    this.#lastSeq = seq;
    if (deltaBase64.length > 0) this.#take(deltaBase64);
    if (done) this.#finish(error ?? undefined);
  }

  onLost(cause: ExecError): void {
    const message = `the link was lost while the response was coming (${cause.message}); send the request again`;
    this.#fail(new ExecError('connectionLost', message, { cause }));
    this.detach();
  }

  /** Nobody wants what has come or still comes. */
  discard(): void {
    this.#signal.removeEventListener('abort', this.#onAbort);
    this.#controller = undefined;
  }

  /** Nothing comes any more. */
  detach(): void {
    this.discard();
    this.#detach();
  }

  #take(bytes: Uint8Array): void {
    const controller = this.#controller;
    if (controller === undefined) return;
    if ((controller.desiredSize ?? 0) >= bytes.length) {
      controller.enqueue(bytes);
      return;
    }
    const limit = `a response is ${this.#limitBytes} bytes ahead of its reader`;
    this.#fail(new ExecError('outputTooLarge', `${limit}; read it as it comes`));
  }

  #finish(error: string | undefined): void {
    if (error === undefined) this.#controller?.close();
    else this.#fail(new ExecError('httpFailed', `the response broke off: ${error}`));
    this.detach();
  }

  #fail(reason: unknown): void {
    this.#controller?.error(reason);
    this.discard();
  }
}

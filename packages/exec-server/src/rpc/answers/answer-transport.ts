import { PreparedAnswer, type Transport } from '@holdfast/exec-protocol';

/** A transport of a server, which also takes messages that were written out as bytes. */
export interface AnswerTransport extends Transport {
  /** Whether answers leave also after the end of what arrives, as over stdio; default no. */
  readonly answersAfterEnd?: boolean;
  /** Queues one message, as its UTF-8. It must not change until `sent` is called, which comes once, also after the end. */
  sendBytes(message: Uint8Array, sent: () => void): void;
  /** Queues one message, as slices of its UTF-8, which must not change any more. */
  sendSlices(message: readonly Uint8Array[]): void;
}

/** The answer that is such a message. */
export function slicedAnswer(
  transport: Pick<AnswerTransport, 'sendSlices'>,
  message: readonly Uint8Array[],
): PreparedAnswer {
  return new PreparedAnswer(() => {
    transport.sendSlices(message);
  });
}

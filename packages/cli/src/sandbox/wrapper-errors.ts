import { Socket } from 'node:net';
import type { Readable } from 'node:stream';
import { MAX_STATUS_BYTES } from '@holdfast/sandbox/internal';

/** What a wrapper prints on a standard error that its command has not. It is read to the end; `MAX_STATUS_BYTES` are kept. */
export class WrapperErrors {
  /** Settles when nobody can print there any more. */
  readonly all: Promise<string>;

  constructor(stream: Readable) {
    // What does not end holds it as well, and is not waited for.
    if (stream instanceof Socket) stream.unref();
    let bytes = Buffer.alloc(0);
    stream.on('data', (chunk: Buffer) => {
      bytes = Buffer.concat([bytes, chunk.subarray(0, MAX_STATUS_BYTES - bytes.length)]);
    });
    this.all = new Promise((resolve) => {
      stream.once('close', () => {
        resolve(bytes.toString());
      });
    });
  }
}

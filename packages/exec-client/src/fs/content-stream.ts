import { BlockReader } from './block-reader.js';
import { BlockWriter } from './block-writer.js';
import type { OpenFile } from './file-requests.js';

/** The content of a file that is opened when it is first read from and closed after the last of it. */
export function readContent(
  open: () => Promise<OpenFile>,
  signal: AbortSignal | undefined,
): ReadableStream<Uint8Array> {
  let file: OpenFile | undefined;
  let reader: BlockReader | undefined;
  const close = async (): Promise<void> => {
    await file?.close(signal);
  };
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        try {
          file ??= await open();
          reader ??= new BlockReader(file, signal);
          const block = await reader.next();
          if (block !== undefined) {
            controller.enqueue(block);
            return;
          }
        } catch (error) {
          await close().catch(() => undefined);
          throw error;
        }
        await close();
        controller.close();
      },
      cancel: close,
    },
    { highWaterMark: 0 },
  );
}

/** Takes the content of a file that is made at once, and closes it when the stream is closed. */
export function writeContent(
  open: () => Promise<OpenFile>,
  signal: AbortSignal | undefined,
): WritableStream<Uint8Array> {
  let file: OpenFile | undefined;
  let writer: BlockWriter | undefined;
  return new WritableStream<Uint8Array>({
    async start() {
      file = await open();
      writer = new BlockWriter(file, signal);
    },
    async write(bytes) {
      try {
        await writer?.write(bytes);
      } catch (error) {
        // A stream that has failed is told nothing any more, neither of an abort nor of its end.
        await file?.close(signal).catch(() => undefined);
        throw error;
      }
    },
    async close() {
      try {
        await writer?.finish();
      } finally {
        await file?.close(signal);
      }
    },
    async abort() {
      await writer?.finish().catch(() => undefined);
      await file?.close(signal);
    },
  });
}

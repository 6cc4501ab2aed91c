import type { LogView } from './log-view.js';

/** The output of a view as a stream that takes an event from it only when someone reads. Cancelling closes the view. */
export function createByteStream(view: LogView): ReadableStream<Uint8Array> {
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        try {
          const bytes = await nextBytes(view);
          if (bytes === undefined) controller.close();
          else controller.enqueue(bytes);
        } catch (error) {
          view.close();
          throw error;
        }
      },
      cancel() {
        view.close();
      },
    },
    { highWaterMark: 0 },
  );
}

async function nextBytes(view: LogView): Promise<Uint8Array | undefined> {
  for (;;) {
    const event = await view.next();
    if (event === undefined) return undefined;
    if (event.type === 'output') return event.bytes;
  }
}

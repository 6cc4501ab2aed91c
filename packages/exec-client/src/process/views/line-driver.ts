import type { OutputStream } from '../events.js';
import { LineAssembler } from './line-assembler.js';
import type { LogView } from './log-view.js';
import type { ViewDriver } from './process-view.js';

/**
 * Turns a view on output into lines. Each stream is put together on its own, so a line never holds pieces of two; lines
 * come in the order in which they were completed, and unfinished ones at the end.
 */
export function createLineDriver(view: LogView): ViewDriver<string> {
  const assemblers = new Map<OutputStream, LineAssembler>();
  let lines: readonly string[] = [];
  let at = 0;
  let isEnded = false;

  const assemble = (stream: OutputStream, bytes: Uint8Array): readonly string[] => {
    const assembler = assemblers.get(stream) ?? new LineAssembler();
    assemblers.set(stream, assembler);
    return assembler.push(bytes);
  };
  const finish = (): readonly string[] => {
    isEnded = true;
    return [...assemblers.values()].flatMap((assembler) => assembler.end() ?? []);
  };
  const take = (): string | undefined => {
    const line = lines[at];
    if (line !== undefined) at += 1;
    return line;
  };
  return {
    take,
    async next() {
      while (at === lines.length && !isEnded) {
        at = 0;
        const event = await view.next();
        if (event === undefined) lines = finish();
        else lines = event.type === 'output' ? assemble(event.stream, event.bytes) : [];
      }
      return take();
    },
    close() {
      view.close();
    },
  };
}

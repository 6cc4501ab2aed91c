import fc from 'fast-check';
import { expect, test } from 'vitest';
import { EventLog } from '../log/event-log.js';
import type { LogEvent } from '../log/log-entry.js';
import { MemorySpill } from '../testing/memory-spill.js';
import { readPage } from '../testing/whole-page.js';
import { type DeliveryMark, type GapEvent, PushCursor } from './push-cursor.js';

/** What goes from the cursor to the client, in order. */
type Frame = LogEvent | GapEvent | { readonly type: 'ping'; readonly mark: DeliveryMark };

const happened = { cuts: 0, lost: 0, told: 0 };

/** A client that lives at the end of links which are cut, and that wants every byte once. */
class LossyWorld {
  readonly log: EventLog;
  readonly #cursor: PushCursor;
  readonly #windowBytes: number | undefined;
  readonly #printed: number[] = [];
  readonly #got: number[] = [];
  #link: Frame[] = [];
  #seq = 0;
  #exits = 0;
  #closed = false;

  constructor(windowBytes: number | undefined) {
    this.#windowBytes = windowBytes;
    this.log = new EventLog({
      aheadBytes: 500,
      retainedBytes: 300,
      fetchBytes: 200,
      openSpill: (onRoom) => new MemorySpill(onRoom),
    });
    this.#cursor = new PushCursor(this.log, { windowBytes, isOwner: true, needsProof: true });
  }

  print(size: number): void {
    const bytes = Uint8Array.from({ length: size }, (_, at) => (this.#printed.length + at) % 251);
    this.#printed.push(...bytes);
    this.log.appendOutput(this.#printed.length % 2 === 0 ? 'stdout' : 'stderr', bytes);
  }

  push(count: number): void {
    for (let left = count; left > 0; left -= 1) {
      const event = this.#cursor.take();
      if (event === undefined) return;
      this.#link.push(event);
    }
  }

  ping(): void {
    this.#link.push({ type: 'ping', mark: this.#cursor.mark() });
  }

  deliver(count: number): void {
    for (const frame of this.#link.splice(0, count)) {
      if (frame.type === 'ping') this.#cursor.prove(frame.mark);
      else this.#take(frame);
    }
  }

  acknowledge(): void {
    if (this.#windowBytes !== undefined) this.#cursor.acknowledge(this.#seq, this.#windowBytes);
  }

  /** The link is cut, and the client that comes back says where it is. */
  cutAndReplay(): void {
    this.#cut();
    this.#cursor.continueAt({ afterSeq: this.#seq, windowBytes: this.#windowBytes, hasArrived: true });
  }

  /** The link is cut, and the client that comes back reads what it has missed; that answer may be lost with its link. */
  async cutAndRead(isAnswerLost: boolean): Promise<void> {
    this.#cut();
    const page = await readPage(this.log, this.#seq, undefined);
    this.#cursor.continueAt({
      afterSeq: page.nextSeq - 1,
      windowBytes: this.#windowBytes,
      hasArrived: false,
    });
    if (isAnswerLost) {
      this.push(3);
      this.ping();
      await this.cutAndRead(false);
      return;
    }
    for (const chunk of page.chunks) this.#take(chunk);
    if (page.exited) this.#exits += 1;
    if (page.closed) this.#closed = true;
    this.#seq = Math.max(this.#seq, page.nextSeq - 1);
  }

  end(): void {
    this.log.appendExited(0, null);
    this.log.appendClosed();
  }

  async settle(): Promise<void> {
    for (let turn = 0; turn < 500 && !this.#cursor.isDone; turn += 1) {
      this.push(100);
      this.ping();
      this.deliver(200);
      this.acknowledge();
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect([this.#got, this.#closed, this.#exits > 0]).toEqual([this.#printed, true, true]);
    expect([this.#seq, this.#cursor.isDone]).toEqual([this.log.nextSeq - 1, true]);
  }

  #cut(): void {
    happened.cuts += 1;
    happened.lost += this.#link.length;
    this.#link = [];
    this.#cursor.park();
    expect(this.#cursor.take()).toBe(undefined);
  }

  #take(event: LogEvent | GapEvent): void {
    if (event.type === 'gap') throw new Error('the owner was given a gap');
    if (event.type === 'exited') this.#exits += 1;
    if (event.type === 'closed') this.#closed = true;
    const isAhead = event.seq > this.#seq + 1;
    if (isAhead) {
      // Nothing but the end of the process goes ahead of output, and it comes to no client without windows.
      expect([event.type === 'exited' || event.type === 'closed', this.#windowBytes !== undefined]).toEqual([
        true,
        true,
      ]);
      happened.told += 1;
      return;
    }
    if (event.seq <= this.#seq) return;
    this.#seq = event.seq;
    // What was told ahead is not told again where it belongs.
    if (event.type === 'output') this.#got.push(...event.bytes);
    this.#skipTold();
  }

  #skipTold(): void {
    const { exited, closed } = this.log;
    if (this.#exits > 0 && exited?.seq === this.#seq + 1) this.#seq += 1;
    if (this.#closed && closed?.seq === this.#seq + 1) this.#seq += 1;
  }
}

const step = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({ do: fc.constant('print' as const), size: fc.integer({ min: 1, max: 120 }) }),
  },
  { weight: 5, arbitrary: fc.record({ do: fc.constant('push' as const), count: fc.nat(6) }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constant('deliver' as const), count: fc.nat(6) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('ping' as const) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('acknowledge' as const) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('replay' as const) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('read' as const), isLost: fc.boolean() }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('turn' as const) }) },
);

test('however often the link is cut, the client gets every byte once and in order, and how the process ended', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(step, { minLength: 20, maxLength: 80, size: 'max' }),
      fc.nat(80),
      fc.constantFrom(undefined, 1, 200),
      async (steps, endAt, windowBytes) => {
        const world = new LossyWorld(windowBytes);
        const end = Math.min(endAt, steps.length);
        for (const [at, one] of steps.entries()) {
          if (at === end) world.end();
          if (one.do === 'print' && at < end) world.print(one.size);
          else if (one.do === 'push') world.push(one.count);
          else if (one.do === 'deliver') world.deliver(one.count);
          else if (one.do === 'ping') world.ping();
          else if (one.do === 'acknowledge') world.acknowledge();
          else if (one.do === 'replay') world.cutAndReplay();
          else if (one.do === 'read') await world.cutAndRead(one.isLost);
          else if (one.do === 'turn') await new Promise((resolve) => setImmediate(resolve));
        }
        if (end === steps.length) world.end();
        await world.settle();
      },
    ),
    { numRuns: Number(process.env['LOG_RUNS'] ?? 300) },
  );
  for (const [what, times] of Object.entries(happened)) expect([what, times > 0]).toEqual([what, true]);
}, 60_000);

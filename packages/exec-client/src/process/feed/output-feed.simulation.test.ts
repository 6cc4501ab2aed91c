import { asProcessId } from '@holdfast/exec-protocol';
import { expect, test } from 'vitest';
import type { ProcessEvent } from '../events.js';
import { GapError } from '../gap-error.js';
import type { LogView } from '../views/log-view.js';
import type { ReadAnswer } from '../views/view-source.js';
import { wantAll } from '../wanted.js';
import { OutputFeed } from './output-feed.js';

/** Numbers that depend on a seed alone. */
function createRandom(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

/** A server that retains little, over a connection that delays answers and events apart from each other. */
class SimulatedServer {
  readonly events: ProcessEvent[] = [];
  readonly #random: (below: number) => number;
  readonly #hasWindows: boolean;
  readonly #toClient: ProcessEvent[] = [];
  readonly #reads: (() => void)[] = [];
  readonly #toServer: (() => void)[] = [];
  #windowBytes = 0;
  #pushed = 0;
  #acked = 0;

  constructor(random: (below: number) => number, hasWindows: boolean) {
    this.#random = random;
    this.#hasWindows = hasWindows;
  }

  start(windowBytes: number | undefined): void {
    this.#windowBytes = windowBytes ?? 1;
  }

  window(ackSeq: number, windowBytes: number): void {
    this.#toServer.push(() => {
      this.#acked = Math.max(this.#acked, Math.min(ackSeq, this.#pushed));
      this.#windowBytes = windowBytes;
    });
  }

  read(afterSeq: number): Promise<ReadAnswer> {
    return new Promise((resolve) => {
      this.#toServer.push(() => {
        const answer = this.#page(afterSeq);
        this.#reads.push(() => {
          resolve(answer);
        });
      });
    });
  }

  /** Appends something, or nothing once the process is closed. */
  live(): void {
    const seq = this.events.length + 1;
    const has = (type: ProcessEvent['type']): boolean => this.events.some((event) => event.type === type);
    if (has('closed')) return;
    const luck = this.#random(seq > 60 ? 4 : 40);
    if (luck === 0 && has('exited')) this.events.push({ type: 'closed', seq });
    else if (luck === 1 && !has('exited'))
      this.events.push({ type: 'exited', seq, exitCode: 0, signal: null });
    else this.events.push({ type: 'output', seq, stream: 'stdout', bytes: new Uint8Array([seq]) });
  }

  /** Moves something over the connection. */
  carry(feed: OutputFeed): void {
    const step = this.#random(4);
    if (step === 0) this.#toServer.shift()?.();
    else if (step === 1) this.#reads.shift()?.();
    else if (step === 2) this.#push();
    else this.#deliver(feed);
  }

  #push(): void {
    const event = this.events[this.#pushed];
    if (event === undefined) return;
    this.#pushed = event.seq;
    if (this.#windowBytes > 0 || event.type !== 'output') this.#toClient.push(event);
  }

  #deliver(feed: OutputFeed): void {
    const [first, second] = this.#toClient;
    // Servers without windows swap neighbours now and then.
    if (!this.#hasWindows && second !== undefined && first !== undefined && this.#random(5) === 0) {
      this.#toClient.splice(0, 2, second, first);
    }
    const event = this.#toClient.shift();
    if (event !== undefined) feed.push(event);
  }

  #page(afterSeq: number): ReadAnswer {
    const owner = this.#hasWindows && this.#windowBytes > 0 ? this.#acked : this.#pushed;
    const firstRetained = Math.min(owner, this.events.length - 12);
    const retained = this.events.filter(({ seq }) => seq > afterSeq && seq > firstRetained);
    const chunks = retained.flatMap((event) =>
      event.type === 'output' ? [{ seq: event.seq, stream: event.stream, chunk: event.bytes }] : [],
    );
    const page = chunks.slice(0, 1 + this.#random(6));
    return {
      chunks: page,
      nextSeq: (page.at(-1)?.seq ?? this.events.length) + 1,
      exited: this.events.some(({ type }) => type === 'exited'),
      exitCode: null,
      closed: this.events.some(({ type }) => type === 'closed'),
    };
  }
}

/** What a view gave: the numbers in order, and the holes that it named. */
async function follow(open: (after: number) => LogView, after: number): Promise<number[]> {
  const covered: number[] = [];
  let view = open(after);
  for (;;) {
    try {
      const event = await view.next();
      if (event === undefined) return covered;
      covered.push(event.seq);
    } catch (error) {
      if (!(error instanceof GapError)) throw error;
      view.close();
      for (let seq = (covered.at(-1) ?? after) + 1; seq <= error.to; seq += 1) covered.push(seq);
      view = open(error.to);
    }
  }
}

test.each([true, false])(
  'whatever the timing, each view accounts for every event once and in order (windows: %s)',
  async (hasWindows) => {
    for (let seed = 1; seed <= 400; seed += 1) {
      const random = createRandom(seed);
      const server = new SimulatedServer(random, hasWindows);
      const feed = new OutputFeed({
        id: asProcessId('p'),
        after: 0,
        hasWindows,
        read: (afterSeq) => server.read(afterSeq),
        sendWindow: (ackSeq, windowBytes) => {
          server.window(ackSeq, windowBytes);
        },
        onFinished: () => undefined,
      });
      const open = (after: number): LogView => feed.open(after, wantAll);
      const followers: { readonly after: number; covered?: number[] }[] = [];
      const add = (): void => {
        const follower: { readonly after: number; covered?: number[] } = { after: random(20) };
        followers.push(follower);
        void follow(open, follower.after).then((covered) => {
          follower.covered = covered;
        });
      };
      if (random(2) === 0) add();
      server.start(feed.leave());
      feed.started();
      for (let step = 0; step < 20_000; step += 1) {
        if (step % 7 === 0) server.live();
        if (step % 150 === 0 && followers.length < 4) add();
        server.carry(feed);
        await Promise.resolve();
        if (followers.length === 4 && followers.every(({ covered }) => covered !== undefined)) break;
      }
      const last = server.events.length;
      const expected = followers.map(({ after }) => ({
        after,
        covered: Array.from({ length: Math.max(0, last - after) }, (_, index) => after + 1 + index),
      }));
      expect({ seed, followers }).toEqual({ seed, followers: expected });
    }
  },
);

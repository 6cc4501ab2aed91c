import type { Fault, FaultProxy } from '../fault-proxy.js';
import type { Random } from '../random.js';

/** What is done to the links of a client, one after the other. */
type Trouble =
  | 'reset'
  | 'finish'
  | 'halfCloseToServer'
  | 'halfCloseToClient'
  | 'cutInsideToServer'
  | 'cutInsideToClient'
  | 'stall'
  | 'delay'
  | 'drip'
  | 'refuse';

/** Every kind of trouble, the ones that cut a link at a byte more often. */
const TROUBLES: readonly [Trouble, ...Trouble[]] = [
  'reset',
  'finish',
  'halfCloseToServer',
  'halfCloseToClient',
  'cutInsideToServer',
  'cutInsideToServer',
  'cutInsideToClient',
  'cutInsideToClient',
  'cutInsideToClient',
  'stall',
  'delay',
  'drip',
  'refuse',
];

/** A cut inside of what passes comes within so many bytes: a handshake, a few answers, or some frames of output. */
const CUT_WITHIN_BYTES = { toServer: 2_000, toClient: 100_000 } as const;

/** A link that has brought so much has been taken up again: what answers a handshake is longer. */
const RESUMED_BYTES = 1_000;

const LOOK_EVERY_MS = 5;

/** Links that are not taken up again by then are troubled all the same. */
const PATIENCE_MS = 1_000;

/** How long the trouble lasts, and how often it comes. */
export interface ChaosOptions {
  readonly random: Random;
  /** Each trouble ends with a cut, after so long. */
  readonly everyMs: number;
  /** How many clients there are, with a link each. */
  readonly clients: number;
  /** Whether the chaos goes on; asked before each trouble. */
  readonly goesOn: () => boolean;
}

/** How often each trouble came. */
export type ChaosRecord = Readonly<Partial<Record<Trouble, number>>>;

/** Cuts all links of a proxy again and again, each time in another way, and leaves it in order. */
export async function chaos(proxy: FaultProxy, options: ChaosOptions): Promise<ChaosRecord> {
  const { random, everyMs, clients, goesOn } = options;
  const record: Partial<Record<Trouble, number>> = {};
  while (goesOn()) {
    const trouble = random.pick(TROUBLES);
    record[trouble] = (record[trouble] ?? 0) + 1;
    const victims = proxy.links;
    const { now, newLinks } = faultsOf(trouble, random);
    proxy.newLinks = newLinks;
    proxy.inject(now);
    await pause(everyMs);
    // What no end has answered so far, such as a delay, a stall or a half-close, is a cut now.
    for (const link of victims) link.inject({ kind: 'reset' });
    proxy.newLinks = { kind: 'pass' };
    proxy.inject({ kind: 'pass' });
    await resumed(proxy, clients);
    await pause(random.between(0, everyMs));
  }
  return record;
}

/** Cuts all links on the beat, whether or not they are back since the last time. @returns how often. */
export async function metronome(
  proxy: FaultProxy,
  { random, everyMs, goesOn }: Omit<ChaosOptions, 'clients'>,
): Promise<number> {
  let cuts = 0;
  for (; goesOn(); cuts += 1) {
    await pause(everyMs);
    proxy.inject({ kind: random.pick(['reset', 'finish']) });
  }
  return cuts;
}

/** Waits until every client has a link that works again, or for as long as patience lasts. */
async function resumed(proxy: FaultProxy, clients: number): Promise<void> {
  const giveUpAt = performance.now() + PATIENCE_MS;
  const works = (): boolean =>
    proxy.links.filter(({ bytes }) => bytes.toClient >= RESUMED_BYTES).length >= clients;
  while (!works() && performance.now() < giveUpAt) await pause(LOOK_EVERY_MS);
}

async function pause(ms: number): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, ms));
}

/** What a trouble does to open links, and to those that are made while it lasts. */
function faultsOf(
  trouble: Trouble,
  random: Random,
): { readonly now: Fault; readonly newLinks: FaultProxy['newLinks'] } {
  const pass = { kind: 'pass' } as const;
  switch (trouble) {
    case 'reset':
    case 'finish':
      return { now: { kind: trouble }, newLinks: pass };
    case 'refuse':
      return { now: { kind: 'reset' }, newLinks: { kind: trouble } };
    case 'halfCloseToServer':
      return { now: { kind: 'halfClose', direction: 'toServer' }, newLinks: pass };
    case 'halfCloseToClient':
      return { now: { kind: 'halfClose', direction: 'toClient' }, newLinks: pass };
    case 'cutInsideToServer':
      return both(cutInside('toServer', random));
    case 'cutInsideToClient':
      return both(cutInside('toClient', random));
    case 'stall':
      return both({ kind: 'stall' });
    case 'delay':
      return both({ kind: 'delay', ms: random.between(1, 40) });
    case 'drip':
      return both({ kind: 'drip', bytes: random.between(50, 20_000), everyMs: 5 });
  }
}

function both(fault: Fault): { readonly now: Fault; readonly newLinks: Fault } {
  return { now: fault, newLinks: fault };
}

function cutInside(direction: 'toServer' | 'toClient', random: Random): Fault {
  const bytes = random.between(0, CUT_WITHIN_BYTES[direction]);
  return { kind: 'cutAfter', direction, bytes, how: random.pick(['reset', 'finish']) };
}

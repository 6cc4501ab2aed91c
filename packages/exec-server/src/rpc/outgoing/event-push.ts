import type { Extensions, Transport } from '@holdfast/exec-protocol';
import type { Clock } from '../../clock.js';
import type { DeliveryMark } from '../../process/follow/push-cursor.js';
import type { Subscription } from '../../process/follow/subscription.js';
import { DeliveryProof } from './delivery-proof.js';
import { eventMessage } from './event-message.js';
import { type MessageSource, Outbox } from './outbox.js';

/** What sends events over one connection. */
export interface EventPushOptions {
  readonly transport: Transport;
  readonly clock: Clock;
  /** Those in force on the connection. */
  readonly extensions: Extensions;
}

/** For what is no event. */
const NOTHING_GIVEN: DeliveryMark = { count: 0, seq: 0 };

/** Sends what is pushed over one connection, and finds out which events of processes have arrived. */
export class EventPush {
  readonly #extensions: Extensions;
  readonly #outbox: Outbox;
  readonly #proof: DeliveryProof;
  readonly #sources = new WeakMap<Subscription, MessageSource>();

  constructor({ transport, clock, extensions }: EventPushOptions) {
    this.#extensions = extensions;
    this.#proof = new DeliveryProof({
      clock,
      ping: (mark) => transport.ping(mark),
      onRoom: () => {
        this.#outbox.onDrain();
      },
    });
    this.#outbox = new Outbox(transport, clock, () => this.#proof.isFull());
  }

  /** `subscription` may have something to send. */
  add(subscription: Subscription): void {
    this.#outbox.add(this.#sourceOf(subscription));
  }

  /** Sends what is no event of a process, in turn with what is. */
  addSource(source: MessageSource): void {
    this.#outbox.add(source);
  }

  /** What is to be delivered went another way, as the answer to a request that was sent before or is in this turn. */
  answered(subscription: Subscription): void {
    this.#proof.sent(subscription, 0);
  }

  /** Calls `run` when what is sent in this turn has arrived, be it an answer or an event. */
  onceArrived(run: () => void): void {
    this.#proof.sent({ mark: () => NOTHING_GIVEN, prove: run }, 0);
  }

  /** The socket has room again. */
  onDrain(): void {
    this.#outbox.onDrain();
  }

  /** The client has taken everything that was sent before the ping with this mark. */
  onPong(mark: string): void {
    this.#proof.arrived(mark);
  }

  /** Sends nothing more. */
  stop(): void {
    this.#outbox.clear();
    this.#proof.stop();
  }

  #sourceOf(subscription: Subscription): MessageSource {
    const known = this.#sources.get(subscription);
    if (known !== undefined) return known;
    const source: MessageSource = {
      take: () => {
        for (let event = subscription.take(); event !== undefined; event = subscription.take()) {
          const message = eventMessage(subscription, event, this.#extensions);
          if (message !== undefined) return message;
        }
        return undefined;
      },
      onSent: (message) => {
        // Under windows the client itself bounds what may be lost on its way.
        this.#proof.sent(subscription, this.#extensions.flow === undefined ? message.length : 0);
      },
    };
    this.#sources.set(subscription, source);
    return source;
  }
}

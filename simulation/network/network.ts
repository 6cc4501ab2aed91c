import { ExecError, type Transport } from '@holdfast/exec-protocol';
import type { AnswerTransport } from '@holdfast/exec-server/core';
import type { Machine } from '../time/virtual-time.js';
import { Link, type LinkOptions, type Tap } from './link.js';

/** Where a server is reached. */
export interface Address {
  readonly machine: Machine;
  accept(transport: AnswerTransport): void;
}

/** Somebody who makes links. */
export interface Dialer {
  readonly name: string;
  readonly machine: Machine;
  readonly tap: Tap;
  /** Called for each link, numbered from 0, before anything goes over it. */
  onLink(link: Link, index: number): void;
}

/** As long as a carrier tries by default. */
const CONNECT_TIMEOUT_MS = 10_000;

/** Where clients dial and one server listens. */
export class Network {
  readonly #options: LinkOptions;
  readonly #made = new Map<Dialer, number>();
  readonly #all: Link[] = [];
  #address: Address | undefined;
  #refusals = 0;
  #silences = 0;

  constructor(options: LinkOptions) {
    this.#options = options;
  }

  /** Links that some side still holds. */
  get openLinks(): readonly Link[] {
    return this.#all.filter(({ isClosed }) => !isClosed);
  }

  listen(address: Address | undefined): void {
    this.#address = address;
  }

  /** Dials are refused, or get no answer at all, until the returned function is called. */
  closeTo(mode: 'refused' | 'silent'): () => void {
    const step = (by: number): void => {
      if (mode === 'refused') this.#refusals += by;
      else this.#silences += by;
    };
    step(1);
    return () => {
      step(-1);
    };
  }

  /** @throws ExecError `connectFailed` when it is refused; the reason of the signal. */
  dial(dialer: Dialer, signal: AbortSignal): Promise<Transport> {
    const { machine } = dialer;
    const { latencyMs } = this.#options;
    return new Promise((resolve, reject: (reason: unknown) => void) => {
      signal.throwIfAborted();
      const abort = (): void => {
        reject(signal.reason);
      };
      signal.addEventListener('abort', abort, { once: true });
      machine.input(2 * latencyMs, () => {
        if (signal.aborted) return;
        if (this.#silences > 0) {
          machine.after(CONNECT_TIMEOUT_MS, () => {
            signal.removeEventListener('abort', abort);
            reject(new ExecError('connectFailed', 'nobody answers'));
          });
          return;
        }
        signal.removeEventListener('abort', abort);
        const address = this.#address;
        if (address === undefined || this.#refusals > 0) {
          reject(new ExecError('connectFailed', 'the connection was refused'));
        } else {
          resolve(this.#connect(dialer, address));
        }
      });
    });
  }

  #connect(dialer: Dialer, address: Address): Transport {
    const { name, machine, tap } = dialer;
    const index = this.#made.get(dialer) ?? 0;
    this.#made.set(dialer, index + 1);
    const machines = { client: machine, server: address.machine };
    const link = new Link(`${name}#${index}`, machines, this.#options, tap);
    this.#all.push(link);
    dialer.onLink(link, index);
    address.machine.input(0, () => {
      address.accept(link.server);
    });
    return link.client;
  }
}

import { SPILL_PROCESS_BYTES, SPILL_SERVER_BYTES } from '@holdfast/exec-protocol';

/** How much may lie in spill files. */
export interface SpillLimits {
  /** For one process; its child waits beyond it. */
  readonly processBytes: number;
  /** For all processes of this server. */
  readonly serverBytes: number;
}

/** The share of one process. */
export interface SpillAccount {
  readonly heldBytes: number;
  /** Whether some process was refused room since anybody gave room back. */
  readonly isRoomWanted: boolean;
  /** Takes room, or returns false when there is none; then `onRoom` is called once there may be some again. */
  reserve(bytes: number): boolean;
  /** Gives room back. */
  release(bytes: number): void;
  /** Gives all room back. */
  close(): void;
}

/** What a process does for the budget. */
export interface SpillHolder {
  /** Gives back, now, the room of output that was delivered. */
  reclaim(): void;
  onRoom(): void;
}

const DEFAULT_LIMITS: SpillLimits = { processBytes: SPILL_PROCESS_BYTES, serverBytes: SPILL_SERVER_BYTES };

/** In the last quarter of the server's room, whoever holds most gets no more, so that the others need not wait for it. */
const SCARCE_FROM = 0.75;

/** Shares the room for spilled output among the processes of a server. Delivered output goes before anybody is refused. */
export class SpillBudget {
  readonly #limits: SpillLimits;
  readonly #accounts = new Set<Account>();
  #held = 0;
  #isTelling = false;
  #isRoomWanted = false;

  constructor(limits: Partial<SpillLimits> = {}) {
    this.#limits = { ...DEFAULT_LIMITS, ...limits };
  }

  /** Bytes reserved by all processes. */
  get heldBytes(): number {
    return this.#held;
  }

  open(holder: SpillHolder): SpillAccount {
    const account: Account = new Account(holder, {
      isRoomWanted: () => this.#isRoomWanted,
      reserve: (bytes): boolean => {
        const isGranted = this.#reserve(account, bytes);
        if (!isGranted) this.#isRoomWanted = true;
        return isGranted;
      },
      release: (bytes) => {
        this.#release(bytes);
      },
      close: () => {
        this.#accounts.delete(account);
      },
    });
    this.#accounts.add(account);
    return account;
  }

  #reserve(account: Account, bytes: number): boolean {
    if (account.heldBytes + bytes > this.#limits.processBytes) account.holder.reclaim();
    if (account.heldBytes + bytes > this.#limits.processBytes) return false;
    if (!this.#fits(account, bytes)) {
      for (const each of this.#accounts) each.holder.reclaim();
    }
    if (!this.#fits(account, bytes)) return false;
    this.#held += bytes;
    return true;
  }

  #fits(account: Account, bytes: number): boolean {
    const after = this.#held + bytes;
    if (after > this.#limits.serverBytes) return false;
    return after <= this.#limits.serverBytes * SCARCE_FROM || !this.#holdsMost(account, bytes);
  }

  #holdsMost(account: Account, bytes: number): boolean {
    const others = [...this.#accounts].filter((each) => each !== account && each.heldBytes > 0);
    return others.length > 0 && others.every((each) => each.heldBytes < account.heldBytes + bytes);
  }

  #release(bytes: number): void {
    this.#held -= bytes;
    if (this.#isTelling) return;
    this.#isTelling = true;
    // Later: somebody may just be in the middle of reserving.
    queueMicrotask(() => {
      this.#isTelling = false;
      this.#isRoomWanted = false;
      for (const account of this.#accounts) account.tellIfRefused();
    });
  }
}

interface Bank {
  isRoomWanted(): boolean;
  reserve(bytes: number): boolean;
  release(bytes: number): void;
  close(): void;
}

class Account implements SpillAccount {
  readonly holder: SpillHolder;
  readonly #bank: Bank;
  #held = 0;
  #wasRefused = false;

  constructor(holder: SpillHolder, bank: Bank) {
    this.holder = holder;
    this.#bank = bank;
  }

  get heldBytes(): number {
    return this.#held;
  }

  get isRoomWanted(): boolean {
    return this.#bank.isRoomWanted();
  }

  reserve(bytes: number): boolean {
    const isGranted = this.#bank.reserve(bytes);
    if (isGranted) this.#held += bytes;
    else this.#wasRefused = true;
    return isGranted;
  }

  release(bytes: number): void {
    this.#held -= bytes;
    this.#bank.release(bytes);
  }

  close(): void {
    this.#bank.close();
    this.release(this.#held);
  }

  tellIfRefused(): void {
    if (!this.#wasRefused) return;
    this.#wasRefused = false;
    this.holder.onRoom();
  }
}

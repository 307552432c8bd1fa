import type { AcquireRequest, LockInfo, Occupied } from '../lock-driver.ts';
import { WaitingLine } from './waiting-line.ts';

/** How many barging waiters are told at once that a lock is free. */
const MAX_WOKEN = 2;

/** What a process is told. */
export type Push =
  | {
      readonly kind: 'grant';
      readonly key: string;
      readonly owner: string;
      readonly token: number;
      readonly ttlMs: number;
      /** When it was granted, on both clocks. */
      readonly sentAt: number;
      readonly sentAtWall: number;
    }
  | { readonly kind: 'wake'; readonly key: string; readonly owner: string };

/** What a table works with. */
export interface LockTableOptions {
  /** Milliseconds that only move forward. */
  readonly monotonic: () => number;
  /** The wall clock, for tokens. */
  readonly now: () => number;
  /** Tells the owner's process; false: it cannot be reached. */
  readonly push: (push: Push) => boolean;
}

interface Lease {
  readonly owner: string;
  readonly token: number;
  readonly metadata: string | undefined;
  readonly delayMs: number;
  validUntil: number;
}

interface Lock {
  lease: Lease | undefined;
  readonly line: WaitingLine;
}

/** The locks of one memory: the same steps, in the same order, as the scripts do in Redis. */
export class LockTable {
  readonly #options: LockTableOptions;
  readonly #locks = new Map<string, Lock>();
  readonly #terms = new Map<string, { readonly token: number; readonly count: number }>();
  #lastToken = 0;
  #sweepAt = 1024;

  constructor(options: LockTableOptions) {
    this.#options = options;
  }

  /** The token, or who has it. */
  acquire(request: AcquireRequest): number | Occupied {
    const { key, owner, ttlMs, mode } = request;
    const lock = this.#lockOf(key);
    if (lock.lease !== undefined) return this.#extend(lock.lease, owner, ttlMs) ?? this.#occupied(lock, request);
    if (lock.line.size > 0) {
      if (mode !== 'barge') {
        if (mode === 'queue') lock.line.join(request);
        const holder = this.#grant(key, lock, owner);
        if (holder !== undefined && holder !== owner) return this.#occupied(lock, request);
      }
      lock.line.leave(owner);
    }
    return this.#give(lock, request, ttlMs).token;
  }

  /** The tokens, or which key is taken and by whom. */
  acquireMany(requests: readonly AcquireRequest[]): number[] | { readonly key: string; readonly by: Occupied } {
    for (const request of requests) {
      const lock = this.#lockOf(request.key);
      if (lock.lease === undefined) this.#grant(request.key, lock, undefined);
      const { lease } = lock;
      if (lease !== undefined && !this.#isValidFor(lease, request.owner)) {
        return { key: request.key, by: this.#occupied(lock, { ...request, mode: 'try' }) };
      }
    }
    // Those in line had their turn: whoever is left there was woken, or waits behind such.
    return requests.map((request) => this.acquire({ ...request, mode: 'barge' }) as number);
  }

  /** What `passOn` returns, or -1: it was not the owner's any more. It waits no longer in either case. */
  release(key: string, owner: string): number {
    const lock = this.#lockOf(key);
    const { lease } = lock;
    const isHeld = lease !== undefined && this.#isValidFor(lease, owner);
    if (isHeld) lock.lease = undefined;
    else lock.line.leave(owner);
    const grantedMs = isHeld ? this.passOn(key) : -1;
    if (lock.lease === undefined && lock.line.size === 0) this.#locks.delete(key);
    return grantedMs;
  }

  /** Gives a free lock to the first in line that can be reached. Returns after how many ms it is free again where others wait behind him, else 0. */
  passOn(key: string): number {
    const lock = this.#lockOf(key);
    const { first } = lock.line;
    if (lock.lease !== undefined || first === undefined) return 0;
    this.#grant(key, lock, undefined);
    if (lock.line.size === 0) return 0;
    const { lease } = this.#lockOf(key);
    return lease === undefined ? first.grantMs : lease.validUntil + lease.delayMs - this.#options.monotonic();
  }

  /** False: it is not the owner's any more. */
  renew(key: string, owner: string, ttlMs: number): boolean {
    const { lease } = this.#lockOf(key);
    return lease !== undefined && this.#extend(lease, owner, ttlMs) !== undefined;
  }

  /** The number of the owner's lease among those that were counted. */
  countTerm(key: string, owner: string): number | undefined {
    const { lease } = this.#lockOf(key);
    if (lease === undefined || !this.#isValidFor(lease, owner)) return undefined;
    const { token } = lease;
    const last = this.#terms.get(key) ?? { token: 0, count: 0 };
    if (last.token === token) return last.count;
    this.#terms.set(key, { token, count: last.count + 1 });
    return last.count + 1;
  }

  inspect(key: string): LockInfo | undefined {
    const { lease, line } = this.#lockOf(key);
    if (lease === undefined) return undefined;
    const ttlMs = lease.validUntil - this.#options.monotonic();
    if (ttlMs <= 0) return undefined;
    const { owner, token, metadata } = lease;
    const last = this.#terms.get(key);
    return { owner, token, metadata, ttlMs, waiters: line.size, ...(last?.token === token && { term: last.count }) };
  }

  /** The lock as it is now: what has run out is gone. */
  #lockOf(key: string): Lock {
    let lock = this.#locks.get(key);
    if (lock === undefined) {
      lock = { lease: undefined, line: new WaitingLine() };
      if (this.#locks.size >= this.#sweepAt) this.#sweep();
      this.#locks.set(key, lock);
    }
    if (this.#isOver(lock.lease)) lock.lease = undefined;
    return lock;
  }

  #sweep(): void {
    for (const [key, { lease, line }] of this.#locks) {
      if (line.size === 0 && (lease === undefined || this.#isOver(lease))) this.#locks.delete(key);
    }
    this.#sweepAt = Math.max(1024, 2 * this.#locks.size);
  }

  #isOver(lease: Lease | undefined): boolean {
    return lease !== undefined && lease.validUntil + lease.delayMs <= this.#options.monotonic();
  }

  #isValidFor(lease: Lease, owner: string): boolean {
    return lease.owner === owner && lease.validUntil > this.#options.monotonic();
  }

  #extend(lease: Lease, owner: string, ttlMs: number): number | undefined {
    if (!this.#isValidFor(lease, owner)) return undefined;
    lease.validUntil = this.#options.monotonic() + ttlMs;
    return lease.token;
  }

  #give(lock: Lock, { owner, metadata, lockDelayMs = 0 }: AcquireRequest, ttlMs: number): Lease {
    this.#lastToken = Math.max(this.#lastToken + 1, Math.floor(this.#options.now() * 1000));
    const validUntil = this.#options.monotonic() + ttlMs;
    lock.lease = {
      owner,
      token: this.#lastToken,
      metadata: metadata === '' ? undefined : metadata,
      delayMs: lockDelayMs,
      validUntil,
    };
    return lock.lease;
  }

  /** Gives a free lock to the first in line that can be reached, and returns the owner. `asker` is only taken off. */
  #grant(key: string, lock: Lock, asker: string | undefined): string | undefined {
    let woken = 0;
    for (let next = lock.line.shift(); next !== undefined; next = lock.line.shift()) {
      const { owner, mode, grantMs } = next;
      if (owner === asker) return owner;
      if (mode !== 'barge') {
        const { token } = this.#give(lock, next, grantMs);
        const sent = { sentAt: this.#options.monotonic(), sentAtWall: this.#options.now() };
        if (this.#options.push({ kind: 'grant', key, owner, token, ttlMs: grantMs, ...sent })) return owner;
        lock.lease = undefined;
      } else if (woken === MAX_WOKEN) {
        lock.line.unshift(next);
        return undefined;
      } else if (this.#options.push({ kind: 'wake', key, owner })) {
        woken++;
      }
    }
    return undefined;
  }

  #occupied({ lease, line }: Lock, request: AcquireRequest): Occupied {
    const at = this.#options.monotonic();
    const leftMs = lease === undefined ? 0 : lease.validUntil - at;
    const taken =
      lease === undefined || leftMs > 0
        ? { holder: lease?.owner ?? '', holderTtlMs: leftMs }
        : { holder: '', holderTtlMs: leftMs + lease.delayMs };
    const rank = request.mode === 'try' ? undefined : line.join(request);
    return rank === undefined ? { kind: 'taken', rank: line.size, ...taken } : { kind: 'queued', rank, ...taken };
  }
}

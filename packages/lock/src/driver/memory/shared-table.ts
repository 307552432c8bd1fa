import type { AcquireRequest, LockInfo, LockShape, Occupied } from '../lock-driver.ts';
import type { LockTableOptions } from './lock-table.ts';
import { WaitingLine } from './waiting-line.ts';

interface Holder {
  readonly owner: string;
  readonly token: number;
  readonly metadata: string | undefined;
  readonly shape: LockShape;
  validUntil: number;
}

interface SharedLock {
  readonly holders: Map<string, Holder>;
  readonly line: WaitingLine;
}

/** The semaphores and read-write locks of one memory: the same steps, in the same order, as the scripts do in Redis. */
export class SharedTable {
  readonly #options: LockTableOptions;
  readonly #locks = new Map<string, SharedLock>();
  #lastToken = 0;
  #sweepAt = 1024;

  constructor(options: LockTableOptions) {
    this.#options = options;
  }

  /** The token, or who has it. */
  acquire(request: AcquireRequest): number | Occupied {
    const { key, owner, ttlMs, mode } = request;
    const lock = this.#lockOf(key);
    const mine = lock.holders.get(owner);
    if (mine !== undefined) {
      mine.validUntil = this.#options.monotonic() + ttlMs;
      return mine.token;
    }
    if ((lock.line.size === 0 || mode === 'barge') && fits(lock, request)) {
      lock.line.leave(owner);
      return this.#give(lock, request, ttlMs).token;
    }
    const joined = lock.line.join(request);
    const { token } = this.#fill(key, lock, request);
    if (token !== undefined) return token;
    if (mode === 'try') lock.line.leave(owner);
    const [first] = Array.from(lock.holders.values()).sort((a, b) => a.validUntil - b.validUntil);
    const holderTtlMs = first === undefined ? 0 : first.validUntil - this.#options.monotonic();
    const by = { holder: first?.owner ?? '', holderTtlMs };
    if (mode === 'try' || joined === undefined) return { kind: 'taken', rank: lock.line.size, ...by };
    return { kind: 'queued', rank: lock.line.join(request)!, ...by };
  }

  /** What `passOn` returns, or -1: it was not the owner's any more. It waits no longer in either case. */
  release(key: string, owner: string): number {
    const lock = this.#lockOf(key);
    const isHeld = lock.holders.delete(owner);
    if (!isHeld) lock.line.leave(owner);
    const grantedMs = this.passOn(key);
    if (lock.holders.size === 0 && lock.line.size === 0) this.#locks.delete(key);
    return isHeld ? grantedMs : -1;
  }

  /** Gives to the first in line as long as that fits. Returns for how many ms where others wait behind them, else 0. */
  passOn(key: string): number {
    const lock = this.#lockOf(key);
    const { grantedMs } = this.#fill(key, lock, undefined);
    return lock.line.size === 0 ? 0 : grantedMs;
  }

  /** False: it is not the owner's any more. */
  renew(key: string, owner: string, ttlMs: number): boolean {
    const mine = this.#lockOf(key).holders.get(owner);
    if (mine !== undefined) mine.validUntil = this.#options.monotonic() + ttlMs;
    return mine !== undefined;
  }

  inspect(key: string): LockInfo | undefined {
    const { holders, line } = this.#lockOf(key);
    const [last] = Array.from(holders.values()).sort((a, b) => b.validUntil - a.validUntil);
    if (last === undefined) return undefined;
    const { owner, token, metadata, validUntil } = last;
    const ttlMs = validUntil - this.#options.monotonic();
    return { owner, token, metadata, ttlMs, waiters: line.size, holders: holders.size };
  }

  /** The lock as it is now: what has run out is gone. */
  #lockOf(key: string): SharedLock {
    let lock = this.#locks.get(key);
    if (lock === undefined) {
      lock = { holders: new Map(), line: new WaitingLine() };
      if (this.#locks.size >= this.#sweepAt) this.#sweep();
      this.#locks.set(key, lock);
    }
    this.#purge(lock);
    return lock;
  }

  #purge({ holders }: SharedLock): void {
    for (const [owner, { validUntil }] of holders) if (validUntil <= this.#options.monotonic()) holders.delete(owner);
  }

  #sweep(): void {
    for (const [key, lock] of this.#locks) {
      this.#purge(lock);
      if (lock.line.size === 0 && lock.holders.size === 0) this.#locks.delete(key);
    }
    this.#sweepAt = Math.max(1024, 2 * this.#locks.size);
  }

  #give(lock: SharedLock, { owner, metadata, shape }: AcquireRequest, ttlMs: number): Holder {
    this.#lastToken = Math.max(this.#lastToken + 1, Math.floor(this.#options.now() * 1000));
    const holder = {
      owner,
      token: this.#lastToken,
      metadata: metadata === '' ? undefined : metadata,
      shape: shape!,
      validUntil: this.#options.monotonic() + ttlMs,
    };
    lock.holders.set(owner, holder);
    return holder;
  }

  /** Gives to the first in line as long as that fits. `token` is that of `asker`, who is told nothing. */
  #fill(
    key: string,
    lock: SharedLock,
    asker: AcquireRequest | undefined,
  ): { readonly token: number | undefined; readonly grantedMs: number } {
    let mine: number | undefined;
    let grantedMs = 0;
    for (let next = lock.line.shift(); next !== undefined; next = lock.line.shift()) {
      if (!fits(lock, next)) {
        lock.line.unshift(next);
        return { token: mine, grantedMs };
      }
      const { owner, grantMs } = next;
      if (owner === asker?.owner) {
        mine = this.#give(lock, next, asker.ttlMs).token;
        continue;
      }
      const { token } = this.#give(lock, next, grantMs);
      const sent = { sentAt: this.#options.monotonic(), sentAtWall: this.#options.now() };
      if (this.#options.push({ kind: 'grant', key, owner, token, ttlMs: grantMs, ...sent })) grantedMs = grantMs;
      else lock.holders.delete(owner);
    }
    return { token: mine, grantedMs };
  }
}

function fits({ holders }: SharedLock, { shape }: AcquireRequest): boolean {
  if (holders.size === 0 || shape === undefined) return true;
  if (shape.kind === 'write') return false;
  if (shape.kind === 'semaphore') return holders.size < shape.permits;
  return Array.from(holders.values()).every((holder) => holder.shape.kind === 'read');
}

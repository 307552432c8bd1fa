import { createBackoff, type RedisClient, sleep, systemClock } from '@lockstep/core';

import { checkKey } from '../acquire-options.ts';
import { checkNumber } from '../check-number.ts';
import { createOwners } from '../driver/owners.ts';
import { momentOf } from '../lease/moment.ts';
import { LockError } from '../lock-error.ts';
import { askQuorum } from './ask-quorum.ts';
import { HeldQuorumLease, type QuorumHome, type QuorumLease } from './quorum-lease.ts';
import type { QuorumAcquireOptions, QuorumLocks, QuorumLocksOptions } from './quorum-locks.ts';
import { type Claim, QuorumNode } from './quorum-node.ts';

/**
 * Locks that most of several independent masters agree on (Redlock), **for efficiency only**: to save doing work twice.
 * They have no fencing token, wait by polling, and rely on all clocks running at about the same speed and on no node
 * forgetting a key when it restarts. To keep data right, use `createLocks` and its tokens.
 *
 * A node that hangs or is gone costs at most `nodeTimeoutMs`, and nothing where the others decide without it.
 *
 * @param clients three masters or more that do not replicate each other, better an odd number: the locks of four stand no more
 *   losses than those of three. You own them.
 * @throws TypeError or RangeError for what makes no sense.
 */
export function createQuorumLocks(clients: readonly RedisClient[], options: QuorumLocksOptions = {}): QuorumLocks {
  const {
    prefix = 'lkq',
    ttlMs: defaultTtlMs = 10_000,
    nodeTimeoutMs,
    clock = systemClock,
    random = Math.random,
  } = options;
  if (!Array.isArray(clients) || clients.some((client: RedisClient) => typeof client?.call !== 'function')) {
    throw new TypeError('clients must be a list of Redis clients');
  }
  if (clients.length < 3 || new Set(clients).size !== clients.length) {
    throw new RangeError(`a quorum needs at least three different masters, got ${new Set(clients).size}`);
  }
  checkTtl(defaultTtlMs);
  checkNumber('nodeTimeoutMs', nodeTimeoutMs, { min: 1 });
  const nodes = clients.map((client) => new QuorumNode(client, clock));
  const owners = createOwners(random);
  const leases = new Set<HeldQuorumLease>();
  let isClosed = false;
  const home: QuorumHome = {
    clock,
    nodes,
    nodeTimeoutMs: (ttlMs) => nodeTimeoutMs ?? Math.min(50, ttlMs / 20),
    ended: (lease) => void leases.delete(lease),
  };

  async function attempt(key: string, ttlMs: number, signal?: AbortSignal): Promise<QuorumLease | 'taken' | 'silent'> {
    checkKey(key);
    assertOpen();
    signal?.throwIfAborted();
    const claim: Claim = {
      key,
      name: `${prefix}:${key}`,
      owner: owners.nextOwner(),
      ttlMs: Math.ceil(ttlMs),
      isOver: false,
    };
    const sent = momentOf(clock);
    const timeoutMs = home.nodeTimeoutMs(ttlMs);
    const verdict = await askQuorum(nodes.map((node) => node.take(claim, timeoutMs)));
    const lease = new HeldQuorumLease(home, claim, sent);
    if (verdict === 'yes' && !isClosed && signal?.aborted !== true && lease.isHeld()) {
      leases.add(lease);
      lease.startRenewing();
      return lease;
    }
    // Sent to every node, also where no answer came: on each connection it arrives after the question.
    void lease.release();
    assertOpen();
    signal?.throwIfAborted();
    // `yes` that came after the lease had run out is as good as none.
    return verdict === 'no' || verdict === 'split' ? 'taken' : 'silent';
  }

  function assertOpen(): void {
    if (isClosed) throw new LockError('ERR_LOCK_CLOSED', 'the locks are closed');
  }

  async function acquire(key: string, o: QuorumAcquireOptions = {}): Promise<QuorumLease> {
    const { ttlMs = defaultTtlMs, waitMs = 30_000, signal } = o;
    checkTtl(ttlMs);
    checkNumber('waitMs', waitMs, { min: 0 });
    const until = clock.monotonic() + waitMs;
    // Random, so that those who split the nodes between them do not meet again.
    const backoff = createBackoff({ minMs: 10, maxMs: 100, random });
    for (;;) {
      const result = await attempt(key, ttlMs, signal);
      if (typeof result === 'object') return result;
      const leftMs = until - clock.monotonic();
      if (leftMs <= 0) throw result === 'taken' ? timedOut(key, waitMs) : tooFew(key, clients.length);
      await sleep(Math.min(backoff.next(), leftMs), { signal, clock });
    }
  }

  async function withLock<T>(key: string, ...rest: WithLockRest<T>): Promise<T> {
    const [o, section] = rest.length === 1 ? [{}, rest[0]] : rest;
    if (typeof section !== 'function') throw new TypeError('the section must be a function');
    await using lease = await acquire(key, o);
    return await section(lease);
  }

  return {
    acquire,
    async tryAcquire(key, { ttlMs = defaultTtlMs, signal } = {}) {
      checkTtl(ttlMs);
      const result = await attempt(key, ttlMs, signal);
      if (result === 'silent') throw tooFew(key, clients.length);
      return result === 'taken' ? undefined : result;
    },
    withLock,
    close,
    [Symbol.asyncDispose]: close,
  };

  async function close(): Promise<void> {
    isClosed = true;
    const held = Array.from(leases);
    for (const lease of held)
      lease.finish(new LockError('ERR_LOCK_CLOSED', 'the locks were closed', { key: lease.key }));
    await Promise.all(held.map((lease) => lease.release()));
  }
}

type Section<T> = (lease: QuorumLease) => T | PromiseLike<T>;
type WithLockRest<T> = [Section<T>] | [QuorumAcquireOptions, Section<T>];

function checkTtl(ttlMs: number): void {
  checkNumber('ttlMs', ttlMs, { min: 100, max: 86_400_000 });
}

function timedOut(key: string, waitMs: number): LockError {
  return new LockError('ERR_LOCK_TIMEOUT', `"${key}" was not acquired within ${waitMs} ms: another has it`, { key });
}

function tooFew(key: string, count: number): LockError {
  return new LockError('ERR_LOCK_UNAVAILABLE', `too few of ${count} nodes answered for "${key}"`, { key });
}

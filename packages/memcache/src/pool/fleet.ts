import { type Clock, systemClock, type Timer } from '@lockstep/core';
import type { Ring, RingNode } from '@lockstep/hashring';

import type { MemcacheDriver } from '../driver/driver.ts';
import { MemcacheError } from '../driver/memcache-error.ts';
import { describeAddress } from '../driver/node-address.ts';
import { checkPositive } from '../engine/meta-options.ts';
import { clearNode, isClear } from './clear-node.ts';
import { Member } from './member.ts';
import { needLeases } from './need-leases.ts';
import type { ReloadOptions } from './memcache-pool.ts';
import type { PoolListener } from './pool-event.ts';
import { addressOf, type PoolRules, type WarmUpOptions } from './pool-options.ts';
import { Topology } from './topology.ts';
import { WarmUp, type WarmUpLimits } from './warm-up.ts';

/** What a fleet is given. */
export interface FleetOptions {
  readonly ring: Ring;
  readonly createDriver: (node: RingNode) => MemcacheDriver;
  readonly rules: PoolRules;
  readonly warmUp: WarmUpOptions | undefined;
  readonly emit: PoolListener;
  readonly clock: Clock | undefined;
  readonly random: (() => number) | undefined;
}

/** The nodes of a pool: one member for each address, whichever ring is in use. */
export class Fleet {
  readonly #options: FleetOptions;
  readonly #clock: Clock;
  /** Those of the current ring, and of the former one while misses are filled from it. */
  readonly #members = new Map<string, Member>();
  readonly #leaving = new Set<Member>();
  /** Addresses that were in a ring of this pool and are not any more. */
  readonly #left = new Set<string>();
  #topology: Topology;
  /** What a reload is about to bring in: not to be closed by one that has just ended. */
  #incoming: Topology | undefined;
  #changedAt: number;
  /** What nodes counted that are not in the ring any more, and the reloads. */
  #formerGenerations = 0;
  #warmUp: WarmUp | undefined;
  #warmUpEnd: Timer | undefined;
  #lastReload: Promise<unknown> = Promise.resolve();
  #isClosed = false;

  constructor(options: FleetOptions) {
    this.#options = options;
    this.#clock = options.clock ?? systemClock;
    this.#topology = this.#build(options.ring);
    this.#changedAt = this.#clock.monotonic();
    if (options.warmUp !== undefined) this.#startWarmUp(this.#build(options.warmUp.from), options.warmUp);
  }

  get topology(): Topology {
    return this.#topology;
  }

  /** When the way of some key last changed, by the monotonic clock. */
  get changedAt(): number {
    return this.#changedAt;
  }

  /** See `MemcachePool.generation`. */
  get generation(): number {
    return this.#formerGenerations + generationsOf(this.#topology.distinct());
  }

  /** Where misses are filled from now. */
  get warmUp(): WarmUp | undefined {
    return this.#warmUp;
  }

  /** Every node that may hold a value of this pool: of the ring, then former owners that are still read. */
  reachable(): Member[] {
    return [...new Set([...this.#topology.members, ...this.#members.values()])];
  }

  /** See `MemcachePool.reload`. */
  async reload(ring: Ring, options: ReloadOptions = {}): Promise<void> {
    const { drainTimeoutMs = 10_000, flush = 'returning', warmUp } = options;
    checkPositive('drainTimeoutMs', drainTimeoutMs);
    const turn = this.#lastReload
      .then(() => this.#swap(ring, flush, warmUp))
      .finally(() => (this.#incoming = undefined));
    this.#lastReload = turn.catch(() => undefined);
    try {
      await turn;
    } finally {
      await this.#retire(drainTimeoutMs);
    }
  }

  /** Closes every driver. Idempotent. */
  async close(): Promise<void> {
    this.#isClosed = true;
    this.#warmUpEnd?.cancel();
    this.#warmUp = undefined;
    await Promise.all([...this.#members.values(), ...this.#leaving].map((member) => member.close()));
  }

  async #swap(ring: Ring, flush: ReloadOptions['flush'], warmUp: WarmUpLimits | undefined): Promise<void> {
    if (this.#isClosed) throw new MemcacheError('ERR_MEMCACHE_CLOSED', 'the pool is closed');
    const before = this.#topology;
    const next = this.#build(ring);
    this.#incoming = next;
    const added = next.distinct().filter((member) => !before.has(member));
    const emptied = added.filter(({ address }) => flush === 'added' || (flush !== 'none' && this.#left.has(address)));
    // Before it owns a key, so that no call has to wait for it.
    await Promise.all(emptied.map((member) => this.#empty(member)));
    if (this.#isClosed) throw new MemcacheError('ERR_MEMCACHE_CLOSED', 'the pool was closed');
    if (warmUp !== undefined) this.#startWarmUp(before, warmUp);
    next.refresh();
    this.#topology = next;
    this.#changedAt = this.#clock.monotonic();
    next.members.forEach((member, index) => (member.node = next.nodeOf(index)));
    const removed = before.distinct().filter((member) => !next.has(member));
    this.#formerGenerations += 1 + generationsOf(removed);
    for (const { address } of added) this.#left.delete(address);
    for (const { address } of removed) this.#left.add(address);
    const nodesOf = (members: readonly Member[]): RingNode[] => members.map(({ node }) => node);
    this.#options.emit({ type: 'reloaded', added: nodesOf(added), removed: nodesOf(removed) });
  }

  async #empty(member: Member): Promise<void> {
    try {
      await member.track(member.driver.flushAll());
    } catch (error) {
      // It does not serve before that is made up for.
      member.quarantine(error);
    }
  }

  #startWarmUp(former: Topology, limits: WarmUpLimits): void {
    for (const member of this.#members.values()) needLeases(member.driver, 'warmUp');
    const warmUp = new WarmUp(former, limits, { clock: this.#clock, emit: this.#options.emit });
    this.#warmUpEnd?.cancel();
    this.#warmUp = warmUp;
    this.#warmUpEnd = this.#clock.setTimer(() => {
      this.#warmUp = undefined;
      // Closing a driver that was made here does not fail; what it may say is for the uncaught handler.
      void this.#retire(10_000);
    }, warmUp.endsAt - this.#clock.monotonic());
  }

  /** Closes the members that nothing refers to any more, once their calls have ended. */
  async #retire(drainTimeoutMs: number): Promise<void> {
    const leaving = [...this.#members.values()].filter(
      (member) => ![this.#topology, this.#incoming, this.#warmUp?.former].some((topology) => topology?.has(member)),
    );
    for (const member of leaving) {
      this.#members.delete(member.address);
      this.#leaving.add(member);
    }
    await Promise.all(leaving.map((member) => this.#drain(member, drainTimeoutMs)));
  }

  async #drain(member: Member, timeoutMs: number): Promise<void> {
    if (!(await member.idle(timeoutMs))) {
      this.#options.emit({ type: 'drain-expired', node: member.node, inFlight: member.inFlight });
    }
    await member.close();
    this.#leaving.delete(member);
  }

  #build(ring: Ring): Topology {
    const { failover } = this.#options.rules;
    const detour = failover === 'sequence' || failover === 'eject' ? failover : 'none';
    const members = ring.nodes.map((node) => this.#memberOf(node));
    return new Topology(ring, members, detour);
  }

  #memberOf(node: RingNode): Member {
    const address = describeAddress(addressOf(node));
    const known = this.#members.get(address);
    if (known !== undefined) return known;
    const { rules, createDriver, emit, random = Math.random } = this.#options;
    const driver = createDriver(node);
    if (rules.failover === 'sequence' || rules.failover === 'eject')
      needLeases(driver, `failover: '${rules.failover}'`);
    const member = new Member(node, {
      address,
      driver,
      clock: this.#clock,
      random,
      downAfterTimeouts: rules.downAfterTimeouts,
      maxRemembered: rules.maxRemembered,
      missOnFault: rules.failover !== 'none',
      clear: (returning, round) => clearNode(returning, this.#topology, { rules, round }),
      isClear: (returning) => isClear(returning, this.#topology),
      onDown: (gone, error) => {
        this.#follow();
        emit({ type: 'node-down', node: gone.node, ejected: this.#topology.ejects && this.#topology.has(gone), error });
      },
      onUp: (back, cleared, downMs) => {
        this.#follow();
        emit({ type: 'node-up', node: back.node, downMs, cleared });
      },
    });
    this.#members.set(address, member);
    return member;
  }

  #follow(): void {
    this.#topology.refresh();
    this.#changedAt = this.#clock.monotonic();
  }
}

function generationsOf(members: readonly Member[]): number {
  return members.reduce((sum, { driver }) => sum + (driver.generation ?? 0), 0);
}

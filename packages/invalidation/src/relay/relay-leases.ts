import type { Clock, Timer } from '@lockstep/core';

import type { Passage } from '../passage.ts';
import type { ShardPosition } from '../position.ts';

/** Both clocks are of one machine and tick alike; this covers timers that fire late. */
const MARGIN_MS = 50;

/** Who behind a relay may still serve, and what they have passed. */
export interface RelayLeases extends Passage {
  /** A follower that was told this horizon, on the relay's clock, serves for `leaseMs` after it. */
  grant(id: string, lease: LeaseGrant): void;
  passed(id: string, at: readonly ShardPosition[]): void;
  /** The follower serves nothing any more. */
  drop(id: string): void;
  /** Resolves when nobody may serve. */
  drained(): Promise<void>;
}

/** What a follower may do from now on. */
export interface LeaseGrant {
  readonly horizonAt: number;
  readonly leaseMs: number;
  /** What it has passed for certain. */
  readonly at: readonly ShardPosition[];
}

interface Waiting {
  readonly epoch: string;
  readonly sequence: number;
  readonly shard: number;
  readonly acknowledge: () => void;
  /** Whoever may serve after this has heard it first. */
  readonly until: number;
  passed: number;
}

interface Lease {
  servesUntil: number;
  at: readonly ShardPosition[];
}

/** Nobody serves yet. `ask` is called when an entry waits for acknowledgement. */
export function createRelayLeases(clock: Clock, ask: () => void): RelayLeases {
  const leases = new Map<string, Lease>();
  let waiting: Waiting[] = [];
  const drains: (() => void)[] = [];
  let timer: Timer | undefined;

  function forgetExpired(): void {
    const now = clock.monotonic();
    for (const [id, { servesUntil }] of leases) if (servesUntil <= now) leases.delete(id);
  }

  function moved(): void {
    forgetExpired();
    waiting = waiting.filter(isStillWaiting);
    if (leases.size === 0) for (const resolve of drains.splice(0)) resolve();
    schedule();
  }

  function isStillWaiting(wait: Waiting): boolean {
    const passed = sequence(wait.shard, wait.epoch, wait.sequence) ?? -1;
    const isOver = passed === wait.sequence || wait.until <= clock.monotonic();
    if (isOver || passed > wait.passed) wait.acknowledge();
    wait.passed = passed;
    return !isOver;
  }

  function sequence(shard: number, epoch: string, applied: number): number | undefined {
    forgetExpired();
    let least = applied;
    for (const { at } of leases.values()) {
      const passed = at[shard];
      if (passed?.epoch !== epoch) return undefined;
      least = Math.min(least, passed.sequence);
    }
    return least;
  }

  /** Whoever was killed or is frozen holds nobody up for longer than it may serve. */
  function schedule(): void {
    timer?.cancel();
    timer = undefined;
    if ((waiting.length === 0 && drains.length === 0) || leases.size === 0) return;
    const next = Math.min(...Array.from(leases.values(), ({ servesUntil }) => servesUntil));
    timer = clock.setTimer(moved, Math.max(1, next - clock.monotonic()));
  }

  return {
    grant(id, { horizonAt, leaseMs, at }) {
      const servesUntil = horizonAt + leaseMs + MARGIN_MS;
      const lease = leases.get(id);
      if (lease === undefined) leases.set(id, { servesUntil, at });
      else lease.servesUntil = Math.max(lease.servesUntil, servesUntil);
    },
    passed(id, at) {
      const lease = leases.get(id);
      if (lease === undefined) return;
      lease.at = at;
      moved();
    },
    drop(id) {
      if (leases.delete(id)) moved();
    },
    drained() {
      return new Promise((resolve) => {
        drains.push(resolve);
        moved();
      });
    },
    sequence,
    request(shard, epoch, applied, acknowledge) {
      if (sequence(shard, epoch, applied) === applied) {
        acknowledge();
        return;
      }
      const until = Math.max(...Array.from(leases.values(), ({ servesUntil }) => servesUntil));
      waiting.push({ shard, epoch, sequence: applied, acknowledge, until, passed: -1 });
      ask();
      schedule();
    },
  };
}

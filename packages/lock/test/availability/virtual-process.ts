import type { Clock } from '@lockstep/core';

import {
  createLocks,
  createMemoryLockDriver,
  type LockDriver,
  LockError,
  type LockListener,
  type Locks,
  type MemoryLockSpace,
} from '../../src/index.ts';
import type { ManualClock } from '../manual-clock.ts';

/** A process on virtual time that can be stopped, cut off and killed. */
export interface VirtualProcess {
  readonly id: string;
  readonly locks: Locks;
  /** Its own: it stands still while the process is stopped. */
  readonly clock: Clock;
  /** It stands still until it is resumed, and then does what it has missed. */
  stop(): void;
  /** Nothing reaches it or leaves it until it is resumed. */
  cut(): void;
  resume(): void;
  /** Nothing of it goes on. */
  kill(): Promise<void>;
}

/** What a process shares with the others. */
export interface VirtualProcessOptions {
  readonly time: ManualClock;
  readonly space: MemoryLockSpace;
  readonly random: () => number;
  readonly ttlMs: number;
  /** From a process to the lock service, or back, in ms. */
  readonly latencyMs: number;
}

const ASKS = ['acquire', 'release', 'renew', 'cancel', 'inspect'] as const;

/** Starts one. */
export function startVirtualProcess({ time, space, random, ttlMs, latencyMs }: VirtualProcessOptions): VirtualProcess {
  let state: 'runs' | 'stopped' | 'cut' | 'dead' = 'runs';
  const missed: (() => void)[] = [];
  const run = (callback: () => void): void => {
    if (state === 'stopped') missed.push(callback);
    else if (state !== 'dead') callback();
  };
  const clock: Clock = {
    now: () => time.now(),
    monotonic: () => time.monotonic(),
    setTimer: (callback, delayMs) => time.setTimer(() => run(callback), delayMs),
  };
  const driver = createMemoryLockDriver({ space, random });
  const listening: { close(): Promise<void> }[] = [];
  const hear = (callback: () => void): void => {
    time.setTimer(() => {
      if (state !== 'cut') run(callback);
    }, latencyMs);
  };

  /** A question over a connection that may carry nothing, in either direction. */
  function over<A extends unknown[], T>(ask: (...args: A) => Promise<T>, ...args: A): Promise<T> {
    const { timeoutMs } = args.at(-1) as { readonly timeoutMs: number };
    return new Promise<T>((resolve, reject) => {
      const late = clock.setTimer(() => reject(new LockError('ERR_LOCK_UNAVAILABLE', 'no answer')), timeoutMs);
      const answer = (settle: () => void): void =>
        hear(() => {
          late.cancel();
          settle();
        });
      if (state === 'cut' || state === 'dead') return;
      time.setTimer(() => {
        ask(...args).then(
          (value) => answer(() => resolve(value)),
          (error: unknown) => answer(() => reject(error)),
        );
      }, latencyMs);
    });
  }

  const remote: LockDriver = { ...driver };
  for (const name of ASKS) {
    const ask = driver[name] as (...args: unknown[]) => Promise<unknown>;
    Object.assign(remote, { [name]: (...args: unknown[]) => over(ask, ...args) });
  }
  remote.listen = (listener: LockListener) => {
    const heard = driver.listen({
      ...listener,
      onGrant: (grant) => hear(() => listener.onGrant(grant)),
      onWake: (key, owner) => hear(() => listener.onWake?.(key, owner)),
    });
    listening.push(heard);
    return heard;
  };
  const locks = createLocks({ driver: remote, clock, random, ttlMs, waitMs: Infinity, onError: () => undefined });
  return {
    id: driver.processId,
    locks,
    clock,
    stop() {
      state = 'stopped';
    },
    cut() {
      state = 'cut';
    },
    resume() {
      if (state === 'dead') return;
      state = 'runs';
      for (const callback of missed.splice(0)) callback();
    },
    async kill() {
      state = 'dead';
      missed.length = 0;
      // Nobody hears its pushes any more.
      for (const one of listening) await one.close();
    },
  };
}

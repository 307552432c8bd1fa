import { setTimeout as pause } from 'node:timers/promises';

import { withDeadline } from '@lockstep/core';
import { Redis } from 'ioredis';

import { machineNow } from '../invalidation/sent-key.ts';
import { type LockProcess, startLockProcess } from './lock-process.ts';
import { findLockPeer } from './peers/lock-peers.ts';
import { percentile } from './percentile.ts';

/** How a leader is followed by the next. */
export interface HandOffFigures {
  /** From the moment before the release to the turn of the next, in ms. */
  readonly gracefulMedianMs: number;
  readonly gracefulWorstMs: number;
  /** From the end of the period of a leader that was killed to the turn of the next, in ms. */
  readonly crashMedianMs: number;
  readonly crashWorstMs: number;
  /** Commands of one process that waits, per second. */
  readonly idleCommandsPerSecond: number;
}

/** How often each is done. */
export interface HandOffEffort {
  readonly graceful: number;
  readonly crashes: number;
  readonly idleMs: number;
}

/** Who leads, and since when. */
interface Leadership {
  readonly leader: LockProcess;
  readonly at: number;
}

const key = 'contended';
const patienceMs = 30_000;
const ttlMs = 2000;
/** A new leader is left alone for so long: both others are waiting then. */
const settleMs = 700;

/** One process has the lock and two wait for it. */
export async function handOver(library: string, redisUrl: string, effort: HandOffEffort): Promise<HandOffFigures> {
  const { nameInRedis } = findLockPeer(library);
  const client = new Redis(redisUrl);
  const running = new Set<LockProcess>();
  let onBegan: (turn: Leadership) => void = () => {};
  const join = async (): Promise<LockProcess> => {
    const settings = { library, redisUrl, ttlMs, waiters: 1, sectionMs: 0 };
    const one: LockProcess = await startLockProcess(settings, (answer) => {
      if (answer.kind === 'began') onBegan({ leader: one, at: answer.at });
    });
    running.add(one);
    return one;
  };
  const next = (): Promise<Leadership> => {
    const followed = new Promise<Leadership>((resolve) => {
      onBegan = resolve;
    });
    return withDeadline(followed, { ms: patienceMs, onTimeout: () => new Error(`${library}: nobody took over`) });
  };

  try {
    const first = await join();
    const began = next();
    first.tell('start');
    let { leader } = await began;
    for (const one of [await join(), await join()]) one.tell('start');
    await pause(1000);
    const idleCommandsPerSecond = await idleCommands(
      [...running].filter((one) => one !== leader),
      effort.idleMs,
    );

    const graceful: number[] = [];
    for (let i = 0; i < effort.graceful; i += 1) {
      const ended = leader.next('ended');
      const followed = next();
      leader.tell('release');
      const { at } = await ended;
      const follower = await followed;
      graceful.push(follower.at - at);
      leader = follower.leader;
      await pause(settleMs);
    }

    const crashes: number[] = [];
    for (let i = 0; i < effort.crashes; i += 1) {
      // Somewhere between two renewals, another place each time.
      await pause(settleMs + (i * ttlMs) / effort.crashes / 3);
      running.delete(leader);
      const followed = next();
      await leader.kill();
      const asked = machineNow();
      const leftMs = await client.pttl(nameInRedis(key));
      const endsAt = (asked + machineNow()) / 2 + Math.max(0, leftMs);
      const follower = await followed;
      crashes.push(follower.at - endsAt);
      leader = follower.leader;
      (await join()).tell('start');
      await pause(settleMs);
    }
    return {
      gracefulMedianMs: percentile(graceful, 0.5),
      gracefulWorstMs: Math.max(...graceful),
      crashMedianMs: percentile(crashes, 0.5),
      crashWorstMs: Math.max(...crashes),
      idleCommandsPerSecond,
    };
  } finally {
    client.disconnect();
    await Promise.all([...running].map((one) => one.kill()));
  }
}

/** What each of some processes sends per second while nothing happens. */
async function idleCommands(waiting: readonly LockProcess[], durationMs: number): Promise<number> {
  const count = async (): Promise<number> => {
    const counts = await Promise.all(
      waiting.map((one) => {
        const counted = one.next('counted');
        one.tell('count');
        return counted;
      }),
    );
    return counts.reduce((sum, { commands }) => sum + commands, 0);
  };
  const before = await count();
  await pause(durationMs);
  return ((await count()) - before) / waiting.length / (durationMs / 1000);
}

import { type Clock, type RedisClient, systemClock } from '@lockstep/core';

import type { LockDriver, LockFamily } from '../lock-driver.ts';
import { createOwners } from '../owners.ts';
import { isClusterClient } from './cluster-client.ts';
import { createClusterSubscription } from './cluster-subscription.ts';
import { createGrantSubscription, type GrantSubscriptionOptions } from './grant-subscription.ts';
import { createLockNames } from './lock-names.ts';
import { parsePush } from './parse-push.ts';
import { createRedisFamily, type RedisFamily } from './redis-family.ts';
import type { SentAt } from './step.ts';

/** What a driver works with. */
export interface RedisLockDriverOptions {
  /** You own it. The driver sends its commands over it, and makes the connections that listen by `duplicate()`. */
  readonly client: RedisClient;
  /** Keeps locks apart from those of others: no braces. @default 'lockstep' */
  readonly prefix?: string;
  /** Whether `client` is a Cluster. @default what the client says of itself in `isCluster` */
  readonly cluster?: boolean;
  /** How often the listening connection is asked whether it lives, while something waits, in ms. @default 250 */
  readonly pingMs?: number;
  /** What goes wrong where nobody waits for it. @default nothing is done */
  readonly onError?: (error: Error) => void;
  /** @default systemClock */
  readonly clock?: Clock;
  /** A number in [0, 1). @default Math.random */
  readonly random?: () => number;
  /** When to send what was asked for in this turn. @default setImmediate */
  readonly schedule?: (send: () => void) => void;
}

/**
 * Locks in Redis: one script per turn and slot, or a few while Redis would be idle; pushes over one connection of its own, or in a
 * Cluster of Redis 7 over one to each master that has a lock waited for.
 *
 * @throws RangeError for an option that makes no sense.
 */
export function createRedisLockDriver(options: RedisLockDriverOptions): LockDriver {
  const { client, prefix = 'lockstep', pingMs = 250, onError = () => undefined } = options;
  const { clock = systemClock, random = Math.random, schedule = (send) => void setImmediate(send) } = options;
  const { cluster: isCluster = (client as { isCluster?: unknown }).isCluster === true } = options;
  if (/[{}]/u.test(prefix)) throw new RangeError('prefix must not contain braces');
  if (!(pingMs > 0)) throw new RangeError(`pingMs must be positive, got ${pingMs}`);

  const { processId, nextOwner } = createOwners(random);
  const families = new Map<'lock' | LockFamily, RedisFamily>();
  const waiting = new Map<string, number>();
  const names = createLockNames(prefix, isCluster);
  const listening: GrantSubscriptionOptions = {
    client,
    channel: names.channel + processId,
    isCluster,
    clock,
    random,
    pingMs,
    onPush: hear,
    onListening: () => {
      for (const family of families.values()) family.onListening();
    },
    onError,
  };
  const subscription =
    isCluster && isClusterClient(client)
      ? createClusterSubscription({ ...listening, client, names })
      : createGrantSubscription(listening);
  let isClosed = false;

  function hear(message: string, sent: SentAt): void {
    const push = parsePush(message);
    if (push === undefined) return;
    // Between two nodes of a Cluster a push may be on its way for longer than the PING that was answered before it.
    const since = isCluster ? { sentAt: -Infinity, sentAtWall: -Infinity } : sent;
    for (const family of families.values()) if (family.hear(push, since)) return;
  }

  function open(family: 'lock' | LockFamily): RedisFamily {
    let opened = families.get(family);
    if (opened === undefined) {
      const own = createLockNames(prefix, isCluster, family);
      opened = createRedisFamily({
        client,
        family,
        names: own,
        isCluster,
        subscription,
        onError,
        clock,
        random,
        schedule,
      });
      if (isClosed) opened.close();
      families.set(family, opened);
    }
    return opened;
  }

  async function close(): Promise<void> {
    isClosed = true;
    subscription.close();
    for (const family of families.values()) family.close();
  }

  function driverOf(name: 'lock' | LockFamily): LockDriver {
    return {
      ...open(name).calls,
      processId,
      nextOwner,
      family: driverOf,
      setWaiting(count) {
        waiting.set(name, count);
        subscription.setWaiting([...waiting.values()].reduce((sum, one) => sum + one, 0));
      },
      close,
      [Symbol.asyncDispose]: close,
    };
  }
  return driverOf('lock');
}

import type { LockFamily } from './driver/lock-driver.ts';
import { createRedisLockDriver } from './driver/redis/redis-lock-driver.ts';
import { createElections } from './election/elections.ts';
import type { HeldLock } from './lease/lease.ts';
import { checkLocksOptions, type LocksOptions } from './lock-options.ts';
import { LockRoom } from './lock-room.ts';
import type { CloseOptions, Locks } from './locks.ts';
import { createReadWriteLock } from './read-write/read-write-lock.ts';
import { type SectionArguments, sectionOf } from './section-arguments.ts';
import { createSemaphore } from './semaphore/semaphore.ts';
import { withLock } from './with-lock.ts';
import { type HeldLocks, withLocks } from './with-locks.ts';

/**
 * The locks of this process, in Redis or in a driver of yours. Make one of them per process: however many locks and
 * waiters there are, it takes one connection besides yours; in a Cluster one to each master that has a lock waited for. Locks, semaphores and
 * read-write locks that replicas must have take one more each.
 *
 * @throws TypeError or RangeError for what makes no sense.
 */
export function createLocks(given: LocksOptions): Locks {
  const options = checkLocksOptions(given);
  const { client, prefix, clock, random, onError } = options;
  const driver = options.driver ?? createRedisLockDriver({ client: client!, prefix, clock, random, onError });
  const room = new LockRoom(options, driver);
  const elections = createElections(room);
  const rooms = new Map<LockFamily, LockRoom>();
  let closing: CloseOptions | undefined;
  const roomOf = (family: LockFamily): LockRoom => {
    let opened = rooms.get(family);
    if (opened === undefined) {
      opened = new LockRoom(options, driver.family(family));
      rooms.set(family, opened);
      if (closing !== undefined) void opened.close(closing);
    }
    return opened;
  };
  const close = async (how: CloseOptions = {}): Promise<void> => {
    closing ??= how;
    await Promise.all([elections, room, ...rooms.values()].map((one) => one.close(how)));
    if (options.driver === undefined) await driver.close();
  };
  return {
    withLock: async <T>(key: string, ...rest: SectionArguments<HeldLock, T>) => withLock(room, key, ...sectionOf(rest)),
    withLocks: async <T>(keys: readonly string[], ...rest: SectionArguments<HeldLocks, T>) =>
      withLocks(room, keys, ...sectionOf(rest)),
    acquire: (key, how) => room.acquire(key, how),
    tryAcquire: (key, how) => room.tryAcquire(key, how),
    inspect: (key, { signal } = {}) => room.inspect(key, signal),
    semaphore: (key, permits) => createSemaphore(() => roomOf('semaphore'), key, permits),
    readWrite: (key, how) => createReadWriteLock(() => roomOf('read-write'), key, how),
    elect: (name, how) => elections.elect(name, how),
    close,
    [Symbol.asyncDispose]: () => close(),
  };
}

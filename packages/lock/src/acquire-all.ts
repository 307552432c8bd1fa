import type { AcquireOptions } from './acquire-options.ts';
import type { AcquireRequest } from './driver/lock-driver.ts';
import type { HeldLease } from './lease/held-lease.ts';
import type { LockRoom } from './lock-room.ts';

/** Keeps one script short. */
const MAX_KEYS = 100;

/**
 * All the locks, in the order of their names. When nobody has any and they are together at the lock service they are
 * taken in one step; else each is waited for in turn. Everybody goes by the same order, so that nobody waits in a circle.
 */
export async function acquireAll(
  room: LockRoom,
  keys: readonly string[],
  options: AcquireOptions,
): Promise<HeldLease[]> {
  const names = [...new Set(keys)].toSorted();
  if (names.length === 0 || names.length > MAX_KEYS) {
    throw new RangeError(`give 1 to ${MAX_KEYS} keys, got ${names.length}`);
  }
  const requests = names.map((key) => room.request(key, options));
  const until = room.options.clock.monotonic() + (options.waitMs ?? room.options.waitMs);
  const taken = await takeTogether(room, requests, options);
  if (taken !== undefined) return taken;
  const held: HeldLease[] = [];
  try {
    for (const request of requests) {
      const waitMs = Math.max(0, until - room.options.clock.monotonic());
      const grant = await room.waiters.wait(request, { waitMs, signal: options.signal });
      held.push(room.keep(grant, request.ttlMs));
    }
  } catch (error) {
    for (const { release } of held) void release();
    for (const { key, owner } of requests.slice(held.length)) room.waiters.leaveLine(key, owner);
    throw error;
  }
  return held;
}

async function takeTogether(
  room: LockRoom,
  requests: readonly AcquireRequest[],
  { signal }: AcquireOptions,
): Promise<HeldLease[] | undefined> {
  const { driver, options } = room;
  const [first] = requests;
  const group = driver.groupOf(first!.key);
  if (requests.length === 1 || requests.some(({ key }) => driver.groupOf(key) !== group)) return undefined;
  const timeoutMs = Math.min(options.timeoutMs, first!.ttlMs / 3);
  try {
    const reply = await driver.acquireMany(requests, { timeoutMs, signal });
    if (reply.kind === 'taken') return undefined;
    return reply.grants.map((grant) => room.keep(grant, first!.ttlMs));
  } catch {
    // The same owners ask one by one: what they have got already, they are given again, and what is wrong shows there.
    return undefined;
  }
}

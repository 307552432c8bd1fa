import type { AcquireOptions } from './acquire-options.ts';
import type { AcquireRequest, Grant } from './driver/lock-driver.ts';
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
  const held: HeldLease[] = [];
  try {
    const grants = await takeTogether(room, requests, options);
    if (grants !== undefined) return grants.map((grant) => room.keep(grant, requests[0]!.ttlMs));
    for (const request of requests) {
      // Between two of them nobody listens to the signal.
      options.signal?.throwIfAborted();
      const waitMs = Math.max(0, until - room.options.clock.monotonic());
      const grant = await room.waiters.wait(request, { waitMs, signal: options.signal });
      held.push(room.keep(grant, request.ttlMs));
    }
  } catch (error) {
    for (const { release } of held) void release();
    for (const request of requests.slice(held.length)) room.waiters.leaveLine(request);
    throw error;
  }
  return held;
}

async function takeTogether(
  room: LockRoom,
  requests: readonly AcquireRequest[],
  { signal }: AcquireOptions,
): Promise<readonly Grant[] | undefined> {
  const { driver, options } = room;
  const [first] = requests;
  // What replicas must have is asked for over another connection, one by one.
  if ((first!.replicas ?? 0) > 0) return undefined;
  const group = driver.groupOf(first!.key);
  if (requests.length === 1 || requests.some(({ key }) => driver.groupOf(key) !== group)) return undefined;
  const timeoutMs = Math.min(options.timeoutMs, first!.ttlMs / 3);
  try {
    const reply = await driver.acquireMany(requests, { timeoutMs, signal });
    return reply.kind === 'taken' ? undefined : reply.grants;
  } catch {
    // The same owners ask one by one: what they have got already, they are given again, and what is wrong shows there.
    return undefined;
  }
}

import type { CallOptions, Key } from '../driver/driver.ts';
import { isPlainKey, type KeyEncoder } from '../driver/key.ts';
import type { Mutation } from '../driver/mutation.ts';
import { half, type TimeLeft } from '../driver/time-left.ts';
import { broadcast, neededFor, type NodeTask } from './broadcast.ts';
import type { Fleet } from './fleet.ts';
import type { Member } from './member.ts';
import type { DeleteEverywhereOptions } from './memcache-pool.ts';
import { isNodeError } from './node-error.ts';
import type { NodeOutcome } from './node-outcome.ts';
import type { Router } from './router.ts';
import type { Shadow } from './shadow.ts';

/** What `deleteEverywhere` takes. */
export interface DeleteParts extends Pick<DeleteEverywhereOptions, 'policy' | 'onSettled'> {
  readonly left: () => TimeLeft;
}

/** See `MemcachePool.deleteEverywhere`. Whoever the key may be filled from comes first. */
export function deleteEverywhere(
  fleet: Fleet,
  key: Key,
  { policy = 'all', onSettled, left }: DeleteParts,
  onLateFailure: (node: NodeTask['node'], error: unknown) => void,
): Promise<NodeOutcome[]> {
  // Before anything is sent.
  neededFor(policy, 0);
  const { topology, warmUp } = fleet;
  const source = warmUp?.sourceOf(key, topology.home(key));
  const remove = (member: Member): Promise<unknown> =>
    onMember(member, () => member.driver.delete(key, member === source ? half(left()) : left())).catch(
      (error: unknown) => {
        member.rememberFailure(key, error);
        if (member === source && isNodeError(error)) warmUp?.distrust(member, error);
        throw error;
      },
    );
  const first = source === undefined ? undefined : remove(source);
  const isTried = Promise.allSettled([first]);
  const tasks = fleet.reachable().map((member) => ({
    node: member.node,
    done: first === undefined ? remove(member) : member === source ? first : isTried.then(() => remove(member)),
  }));
  if (onSettled !== undefined) void outcomesOf(tasks).then(onSettled);
  return broadcast(tasks, { policy, code: 'ERR_MEMCACHE_PARTIAL_DELETE', onLateFailure });
}

/** Resolves when all have settled. */
function outcomesOf(tasks: readonly NodeTask[]): Promise<NodeOutcome[]> {
  return Promise.all(
    tasks.map(({ node, done }) =>
      done.then(
        () => ({ node, confirmed: true }),
        (error: unknown) => ({ node, confirmed: false, error }),
      ),
    ),
  );
}

/**
 * See `MemcachePool.flushAll`. Former owners come first, and those of them that own keys now come once more: what
 * was filled from one of them while the others were being emptied goes with that.
 */
export async function flushAll(
  { fleet, shadow, router }: Omit<BatchParts, 'encode'>,
  options: CallOptions | undefined,
): Promise<void> {
  shadow?.copyFlush();
  const left = router.remaining(options);
  const { topology, warmUp } = fleet;
  const flush = (member: Member, time: TimeLeft = left()): Promise<unknown> =>
    onMember(member, () => member.driver.flushAll({ ...options, ...time })).catch((error: unknown) => {
      member.rememberFlush();
      throw error;
    });
  const sources = warmUp?.isActive === true ? warmUp.former.distinct() : [];
  const emptied = new Map(sources.map((member) => [member, flush(member, half(left()))]));
  const former = Promise.allSettled(emptied.values());
  const tasks = fleet.reachable().map((member) => {
    const own = emptied.get(member);
    if (own === undefined) return { node: member.node, done: former.then(() => flush(member)) };
    const again = topology.has(member) ? former.then(() => own).then(() => flush(member)) : own;
    return { node: member.node, done: again };
  });
  await broadcast(tasks, { policy: 'all', code: 'ERR_MEMCACHE_PARTIAL_FLUSH' });
}

/** What `applyBatch`, `applyPacked` and `flushAll` take from their pool. */
export interface BatchParts {
  readonly fleet: Fleet;
  readonly shadow: Shadow | undefined;
  readonly encode: KeyEncoder;
  readonly router: Pick<Router, 'remaining'>;
}

/** See `MemcachePool.applyBatch`. */
export async function applyBatch(
  { fleet, shadow, encode, router }: BatchParts,
  mutations: readonly Mutation[],
  options: CallOptions | undefined,
): Promise<void> {
  // One bad key must not leave the other nodes written and the batch refused.
  for (const { key } of mutations) if (!isPlainKey(key)) encode(key);
  shadow?.copyBatch(mutations);
  const left = router.remaining(options);
  const { topology, warmUp } = fleet;
  const groups = new Map<Member, Mutation[]>();
  for (const mutation of mutations) {
    const home = topology.home(mutation.key);
    const group = groups.get(home);
    if (group === undefined) groups.set(home, [mutation]);
    else group.push(mutation);
  }
  if (warmUp !== undefined) {
    await Promise.all(mutations.map(({ key }) => warmUp.forget(key, topology.home(key), left)));
  }
  const own = warmUp === undefined ? options : { ...options, ...left() };
  const tasks = Array.from(groups, ([member, group]) => ({
    node: member.node,
    done: onMember(member, () => member.driver.batch(group, own)).catch((error: unknown) => {
      for (const { kind, key } of group) if (kind === 'delete') member.rememberFailure(key, error);
      throw error;
    }),
  }));
  await broadcast(tasks, { policy: 'all', code: 'ERR_MEMCACHE_PARTIAL_BATCH' });
}

/** Calls a member itself, without any other standing in. */
export async function onMember<T>(member: Member, call: () => Promise<T>): Promise<T> {
  if (!member.serves()) throw member.refusal();
  return member.track(call());
}

import type { CallOptions, Key } from '../driver/driver.ts';
import type { Mutation } from '../driver/mutation.ts';
import { broadcast, neededFor, type NodeTask } from './broadcast.ts';
import type { Fleet } from './fleet.ts';
import type { Member } from './member.ts';
import type { DeleteEverywhereOptions } from './memcache-pool.ts';
import type { NodeOutcome } from './node-outcome.ts';

/** See `MemcachePool.deleteEverywhere`. */
export function deleteEverywhere(
  fleet: Fleet,
  key: Key,
  options: DeleteEverywhereOptions,
  onLateFailure: (node: NodeTask['node'], error: unknown) => void,
): Promise<NodeOutcome[]> {
  const { policy = 'all', ...callOptions } = options;
  // Before anything is sent.
  neededFor(policy, 0);
  const tasks = fleet.reachable().map((member) => ({
    node: member.node,
    done: onMember(member, () => member.driver.delete(key, callOptions)).catch((error: unknown) => {
      member.rememberFailure(key, error);
      throw error;
    }),
  }));
  return broadcast(tasks, { policy, code: 'ERR_MEMCACHE_PARTIAL_DELETE', onLateFailure });
}

/** See `MemcachePool.flushAll`. */
export async function flushAll(fleet: Fleet, options: CallOptions | undefined): Promise<void> {
  const tasks = fleet.reachable().map((member) => ({
    node: member.node,
    done: onMember(member, () => member.driver.flushAll(options)).catch((error: unknown) => {
      member.rememberFlush();
      throw error;
    }),
  }));
  await broadcast(tasks, { policy: 'all', code: 'ERR_MEMCACHE_PARTIAL_FLUSH' });
}

/** See `MemcachePool.applyBatch`. The keys have been checked. */
export async function applyBatch(
  fleet: Fleet,
  mutations: readonly Mutation[],
  options: CallOptions | undefined,
): Promise<void> {
  const { topology, warmUp } = fleet;
  const groups = new Map<Member, Mutation[]>();
  for (const mutation of mutations) {
    const home = topology.home(mutation.key);
    const group = groups.get(home);
    if (group === undefined) groups.set(home, [mutation]);
    else group.push(mutation);
  }
  if (warmUp !== undefined) {
    await Promise.all(mutations.map(({ key }) => warmUp.forget(key, topology.home(key), options)));
  }
  const tasks = Array.from(groups, ([member, group]) => ({
    node: member.node,
    done: onMember(member, () => member.driver.batch(group, options)).catch((error: unknown) => {
      for (const { kind, key } of group) if (kind === 'delete') member.rememberFailure(key, error);
      throw error;
    }),
  }));
  await broadcast(tasks, { policy: 'all', code: 'ERR_MEMCACHE_PARTIAL_BATCH' });
}

/** Calls a member itself, without any other standing in. */
async function onMember<T>(member: Member, call: () => Promise<T>): Promise<T> {
  if (!member.serves()) throw member.refusal();
  return member.track(call());
}

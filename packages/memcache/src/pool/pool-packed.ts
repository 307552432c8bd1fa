import { ByteWindow } from '@lockstep/core';

import type { CallOptions } from '../driver/driver.ts';
import { isPlainKey, maxKeyBytes } from '../driver/key.ts';
import { keyOf, type PackedMutations, unpackMutations } from '../driver/packed-mutations.ts';
import { broadcast } from './broadcast.ts';
import type { Member } from './member.ts';
import { applyBatch, type BatchParts, onMember } from './pool-broadcasts.ts';
import type { Topology } from './topology.ts';

const keyWindow = new ByteWindow(maxKeyBytes);

/**
 * See `MemcachePool.applyPacked`. Mutations are unpacked while another ring is being warmed up, for a shadow, for drivers
 * that only take them one by one, and for keys that are not their own wire form.
 */
export async function applyPacked(
  parts: BatchParts,
  mutations: PackedMutations,
  options: CallOptions | undefined,
): Promise<void> {
  const { topology, warmUp } = parts.fleet;
  const isTaken =
    parts.shadow === undefined &&
    warmUp === undefined &&
    topology.members.every(({ driver }) => driver.packedBatch !== undefined);
  const groups = isTaken ? groupByHome(topology, mutations) : undefined;
  if (groups === undefined) return applyBatch(parts, unpackMutations(mutations), options);
  const tasks = Array.from(groups, ([member, indexes]) => ({
    node: member.node,
    done: onMember(member, () => member.driver.packedBatch!(mutations, indexes, options)).catch((error: unknown) => {
      for (const index of indexes)
        if (mutations.valueStarts[index] === 0) member.rememberFailure(keyOf(mutations, index), error);
      throw error;
    }),
  }));
  await broadcast(tasks, { policy: 'all', code: 'ERR_MEMCACHE_PARTIAL_BATCH' });
}

/** The mutations by the member that owns their key; undefined when a key is not its own wire form. */
function groupByHome(topology: Topology, mutations: PackedMutations): Map<Member, number[]> | undefined {
  const { bytes, keyStarts, keyEnds } = mutations;
  const groups = new Map<Member, number[]>();
  for (let index = 0; index < mutations.count; index++) {
    const [start, end] = [keyStarts[index]!, keyEnds[index]!];
    if (end - start > maxKeyBytes) return undefined;
    const key = keyWindow.show(bytes, start, end);
    if (!isPlainKey(key)) return undefined;
    const home = topology.home(key);
    const group = groups.get(home);
    if (group === undefined) groups.set(home, [index]);
    else group.push(index);
  }
  return groups;
}

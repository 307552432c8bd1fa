import type { Member } from './member.ts';
import type { Cleared } from './pool-event.ts';
import type { PoolRules } from './pool-options.ts';
import type { Topology } from './topology.ts';

/** Deletes that go to a node in one batch. */
const batchSize = 1000;
/** Rounds of deletes after which it is quicker to drop everything. */
const maxDeleteRounds = 4;

/**
 * Makes harmless what a node that answers again holds from before: drops it all, or deletes the keys
 * that changed. Where nodes that are down leave the ring, others may have lost keys for that time
 * too, and are treated alike.
 */
export async function clearNode(
  member: Member,
  topology: Topology,
  { rules, round }: { readonly rules: PoolRules; readonly round: number },
): Promise<Cleared> {
  const mustFlush = (rules.isDiverting && rules.onReturn === 'flush') || round >= maxDeleteRounds;
  const cleared = await clear(member, mustFlush);
  for (const other of losers(member, topology)) await clear(other, mustFlush);
  return cleared;
}

/** True when nothing has changed since `clearNode` that the nodes it cleared would have to know. */
export function isClear(member: Member, topology: Topology): boolean {
  return member.dirty.isEmpty && losers(member, topology).length === 0;
}

function losers(member: Member, topology: Topology): Member[] {
  if (!topology.ejects) return [];
  return topology.distinct().filter((other) => other !== member && !other.isDown && !other.dirty.isEmpty);
}

async function clear(member: Member, mustFlush: boolean): Promise<Cleared> {
  if (mustFlush || member.mustFlush) {
    await member.driver.flushAll();
    member.dirty.clear();
    return 'flushed';
  }
  const keys = member.dirty.take();
  try {
    for (let from = 0; from < keys.length; from += batchSize) {
      await member.driver.batch(keys.slice(from, from + batchSize).map((key) => ({ kind: 'delete', key })));
    }
  } catch (error) {
    for (const key of keys) member.dirty.add(key);
    throw error;
  }
  return keys.length === 0 ? 'nothing' : 'deleted';
}

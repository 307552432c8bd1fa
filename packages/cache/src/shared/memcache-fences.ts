import type { Clock } from '@lockstep/core';

import { CacheError } from '../cache-error.ts';
import { deleteUnchanged, type MemcacheCall, type MemcacheTarget, ttlSecondsOf } from './memcache-target.ts';

/** The writes under way on keys: one item for each key, with the id of each write and when it ends by itself. */
export interface MemcacheFences {
  raise(name: string, id: string, ttlMs: number, call: MemcacheCall): Promise<void>;
  lift(name: string, id: string, call: MemcacheCall): Promise<void>;
  isUp(name: string, call: MemcacheCall): Promise<boolean>;
}

/** How far the clocks of two processes may be apart until one forgets the fence of the other. */
const SKEW_MS = 30_000;
/** Writers of one key that get into each other's way so often at once do not exist. */
const MAX_ATTEMPTS = 16;

/** Keeps fences by compare and swap. */
export function createMemcacheFences(target: MemcacheTarget, clock: Clock): MemcacheFences {
  /** Applies `change` to the list of writes; it is tried again while others change the list as well. */
  async function update(
    name: string,
    call: MemcacheCall,
    change: (fences: Map<string, number>) => void,
    leastTtlSeconds: number,
  ): Promise<void> {
    for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
      const found = await target.read(name, call);
      const before = parse(found.value, clock.now());
      const after = new Map(before);
      change(after);
      if (found.value === undefined) {
        if (after.size === 0) return;
        if ((await target.add(name, format(after), { ...call, ttlSeconds: leastTtlSeconds })) === 'stored') return;
      } else if (after.size === 0) {
        if (await deleteUnchanged(target, name, found.cas, call)) return;
      } else {
        const ttlSeconds = Math.max(leastTtlSeconds, found.ttlSeconds);
        if ((await target.cas(name, format(after), found.cas, { ...call, ttlSeconds })) === 'stored') return;
      }
    }
    throw new CacheError('ERR_CACHE_SHARED_UNAVAILABLE', 'too many writers fence one key at the same time');
  }

  return {
    raise: (name, id, ttlMs, call) =>
      // A second more: memcached counts whole ones.
      update(name, call, (fences) => fences.set(id, clock.now() + ttlMs), ttlSecondsOf(ttlMs + 1000)),
    lift: (name, id, call) => update(name, call, (fences) => fences.delete(id), 1),
    async isUp(name, call) {
      const { value } = await target.read(name, call);
      return parse(value, clock.now()).size > 0;
    },
  };
}

function parse(value: Buffer | undefined, now: number): Map<string, number> {
  const fences = new Map<string, number>();
  if (value === undefined) return fences;
  for (const line of value.toString('utf8').split('\n')) {
    const [id, ends] = line.split(' ');
    if (id === undefined || id === '') continue;
    // What cannot be read holds until the item ends.
    const endsAt = Number(ends ?? Number.NaN);
    if (!(endsAt + SKEW_MS < now)) fences.set(id, Number.isFinite(endsAt) ? endsAt : now);
  }
  return fences;
}

function format(fences: ReadonlyMap<string, number>): string {
  return Array.from(fences, ([id, endsAt]) => `${id} ${Math.ceil(endsAt)}`).join('\n');
}

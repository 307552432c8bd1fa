import type { CallOptions, Item, Key } from '../driver/driver.ts';
import type { Member } from './member.ts';
import type { MemcachePool, SetEntry } from './memcache-pool.ts';
import type { KeyOutcome } from './node-outcome.ts';
import type { Router } from './router.ts';
import type { Shadow } from './shadow.ts';

/** What `getMany` takes from its pool. */
export interface GetManyParts {
  readonly shadow: Shadow | undefined;
  readonly isWarming: boolean;
  /** Reads a key whose node does not serve it. */
  readonly getOne: (key: Key) => Promise<Item | undefined>;
}

/** See `MemcachePool.getMany`: one call for each node. */
export async function getMany(
  router: Router,
  keys: readonly Key[],
  options: CallOptions | undefined,
  { shadow, isWarming, getOne }: GetManyParts,
): Promise<(Item | undefined)[]> {
  const left = router.remaining(options);
  const items: (Item | undefined)[] = keys.map(() => undefined);
  const groups = new Map<Member, number[]>();
  const lookups: Promise<unknown>[] = [];
  keys.forEach((key, position) => {
    const home = router.whole(key);
    if (home === undefined) {
      lookups.push(getOne(key).then((item) => (items[position] = item)));
      return;
    }
    shadow?.copy(key, (target) => target.get(key, options));
    const positions = groups.get(home);
    if (positions === undefined) groups.set(home, [position]);
    else positions.push(position);
  });
  for (const [home, positions] of groups) {
    const wanted = positions.map((position) => keys[position]!);
    const answer = router.orMiss<(Item | undefined)[]>(home.track(home.driver.getMany(wanted, options)), () => []);
    lookups.push(answer.then((found) => found.forEach((item, index) => (items[positions[index]!] = item))));
  }
  await Promise.all(lookups);
  if (!isWarming) return items;
  return Promise.all(items.map((item, position) => router.warm(keys[position]!, item, left)));
}

/** See `MemcachePool.setMany`. The driver puts what goes to one node into one write. */
export function setMany(
  pool: Pick<MemcachePool, 'set'>,
  entries: readonly SetEntry[],
  options: CallOptions | undefined,
): Promise<KeyOutcome[]> {
  return Promise.all(
    entries.map(async ({ key, value, ...storeOptions }): Promise<KeyOutcome> => {
      try {
        await pool.set(key, value, { ...options, ...storeOptions });
        return { key, confirmed: true };
      } catch (error) {
        return { key, confirmed: false, error };
      }
    }),
  );
}

/** See `MemcachePool.deleteMany`. */
export function deleteMany(
  pool: Pick<MemcachePool, 'delete'>,
  keys: readonly Key[],
  options: CallOptions | undefined,
): Promise<KeyOutcome[]> {
  return Promise.all(
    keys.map(async (key): Promise<KeyOutcome> => {
      try {
        return { key, confirmed: true, found: await pool.delete(key, options) };
      } catch (error) {
        return { key, confirmed: false, error };
      }
    }),
  );
}

import type { CallOptions, Item, Key } from '../driver/driver.ts';
import type { Member } from './member.ts';
import type { MemcachePool, SetEntry } from './memcache-pool.ts';
import type { GetOutcome, KeyOutcome } from './node-outcome.ts';
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
export function getMany(
  router: Router,
  keys: readonly Key[],
  options: CallOptions | undefined,
  parts: GetManyParts,
): Promise<(Item | undefined)[]> {
  return readMany<Item | undefined>(router, keys, options, parts, undefined);
}

/** See `MemcachePool.getManyOutcomes`: one call for each node. */
export function getManyOutcomes(
  router: Router,
  keys: readonly Key[],
  options: CallOptions | undefined,
  parts: GetManyParts,
): Promise<GetOutcome[]> {
  return readMany<GetOutcome>(router, keys, options, parts, (error) => error);
}

/** Without `onError`, the first node that fails fails all; with it, it makes the outcome of that node's keys. */
async function readMany<T extends GetOutcome>(
  router: Router,
  keys: readonly Key[],
  options: CallOptions | undefined,
  { shadow, isWarming, getOne }: GetManyParts,
  onError: ((error: Error) => T) | undefined,
): Promise<(T | Item | undefined)[]> {
  const left = router.remaining(options);
  const outcomes: (T | Item | undefined)[] = keys.map(() => undefined);
  const groups = new Map<Member, number[]>();
  const lookups: Promise<unknown>[] = [];
  const lookUp = (answer: Promise<readonly (Item | undefined)[]>, positions: readonly number[]): void => {
    const filled = answer.then((items) => items.forEach((item, index) => (outcomes[positions[index]!] = item)));
    if (onError === undefined) lookups.push(filled);
    else
      lookups.push(
        filled.catch((error: Error) => {
          const outcome = onError(error);
          for (const position of positions) outcomes[position] = outcome;
        }),
      );
  };
  // All of them before anything is read: what is no key must not abandon reads that are under way.
  const homes = keys.map((key) => router.whole(key));
  keys.forEach((key, position) => {
    const home = homes[position];
    if (home === undefined) {
      lookUp(
        getOne(key).then((item) => [item]),
        [position],
      );
      return;
    }
    shadow?.copy(key, (target) => target.get(key, options));
    const positions = groups.get(home);
    if (positions === undefined) groups.set(home, [position]);
    else positions.push(position);
  });
  for (const [home, positions] of groups) {
    const wanted = positions.map((position) => keys[position]!);
    lookUp(
      router.orMiss<(Item | undefined)[]>(home.track(home.driver.getMany(wanted, options)), () => []),
      positions,
    );
  }
  await Promise.all(lookups);
  if (!isWarming) return outcomes;
  return Promise.all(
    outcomes.map(async (outcome, position) =>
      outcome instanceof Error ? outcome : router.warm(keys[position]!, outcome, left),
    ),
  );
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

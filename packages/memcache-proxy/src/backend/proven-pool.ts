import type { Key, MetaReply, MetaRequest, StoreOptions, StoreOutcome } from '@lockstep/memcache';

import type { ProofOutcome } from './delete-spool.ts';
import { isUncertain } from './pool-failure.ts';
import type { PoolLike } from './pool-like.ts';

/** Keeps the proof that the node has the value of that CAS value. Undefined: it could not be kept. */
export type Prove = (cas: bigint) => Promise<ProofOutcome | undefined>;

/** How often a value is stored again that a replay deletes meanwhile. */
const MAX_ROUNDS = 3;

/**
 * The pool, but for whole values that are stored: each asks for its CAS value, and is answered when the proof of it is
 * kept. A value that a replay has deleted before its proof was there is stored once more, never over another one.
 */
export function provenPool(pool: PoolLike, prove: Prove): PoolLike {
  const meta = async (request: MetaRequest): Promise<MetaReply> => {
    if (!storesWhole(request)) return pool.meta(request);
    const isAsked = request.flags.includes('c');
    const asking = isAsked ? request : { ...request, flags: [...request.flags, 'c'] };
    const reply = await pool.meta(asking);
    if (reply.status === 'HD') await secure(pool, asking, casOf(reply), prove);
    return isAsked ? reply : { ...reply, flags: reply.flags.filter((flag) => !flag.startsWith('c')) };
  };
  const store = async (
    key: Key,
    value: Buffer | string,
    options: StoreOptions,
    how: readonly string[],
  ): Promise<StoreOutcome> => {
    const { flags = 0, ttlSeconds = 0 } = options;
    const given = [...how, ...(flags === 0 ? [] : [`F${flags}`]), ...(ttlSeconds === 0 ? [] : [`T${ttlSeconds}`])];
    const reply = await meta({ command: 'ms', key, flags: given, value: Buffer.from(value as Buffer) });
    return outcomeOf(reply);
  };
  const own: Pick<PoolLike, 'set' | 'add' | 'replace' | 'cas' | 'meta'> = {
    meta,
    set: async (key, value, options = {}) => void (await store(key, value, options, [])),
    add: (key, value, options = {}) => store(key, value, options, ['ME']),
    replace: (key, value, options = {}) => store(key, value, options, ['MR']),
    cas: (key, value, cas, options = {}) =>
      // What may have been stored as stale proves nothing.
      options.orStale === true ? pool.cas(key, value, cas, options) : store(key, value, options, [`C${cas}`]),
  };
  return new Proxy(pool, {
    get: (target, name): unknown => {
      if (Object.hasOwn(own, name)) return own[name as keyof typeof own];
      const member: unknown = Reflect.get(target, name, target);
      return typeof member === 'function' ? (member.bind(target) as unknown) : member;
    },
  });
}

async function secure(pool: PoolLike, stored: MetaRequest, first: bigint | undefined, prove: Prove): Promise<void> {
  let cas = first;
  for (let round = 0; cas !== undefined && round < MAX_ROUNDS; round++) {
    const outcome = await prove(cas);
    if (outcome === undefined || outcome === 'kept') return;
    try {
      cas = await storeAgain(pool, stored, cas);
    } catch (error) {
      // It was stored and confirmed before: what was certainly not stored again leaves that value, or none.
      if (isUncertain(error)) throw error;
      return;
    }
    // Nothing threatens it any more.
    if (outcome === 'gone') return;
  }
}

/** Stores where the value still is, or where nothing is. Undefined when another value is there: it is newer. */
async function storeAgain(pool: PoolLike, stored: MetaRequest, cas: bigint): Promise<bigint | undefined> {
  const flags = stored.flags.filter((flag) => !/^[CM]/.test(flag));
  const over = await pool.meta({ ...stored, flags: [...flags, `C${cas}`] });
  if (over.status !== 'NF') return over.status === 'HD' ? casOf(over) : undefined;
  const anew = await pool.meta({ ...stored, flags: [...flags, 'ME'] });
  return anew.status === 'HD' ? casOf(anew) : undefined;
}

function storesWhole({ command, flags }: MetaRequest): boolean {
  if (command !== 'ms' || flags.includes('I')) return false;
  const mode =
    flags
      .find((flag) => flag.startsWith('M'))
      ?.charAt(1)
      .toUpperCase() ?? 'S';
  return mode !== 'A' && mode !== 'P';
}

function casOf({ flags }: MetaReply): bigint | undefined {
  const token = flags.find((flag) => flag.startsWith('c'))?.slice(1);
  // A server without CAS values says 0 of every value, which proves nothing.
  return token === undefined || token === '0' ? undefined : BigInt(token);
}

function outcomeOf({ status }: MetaReply): StoreOutcome {
  if (status === 'HD') return 'stored';
  if (status === 'EX') return 'exists';
  return status === 'NF' ? 'not-found' : 'not-stored';
}

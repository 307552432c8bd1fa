import type { MemcachePool, MetaReply } from '@lockstep/memcache';

import type { ClaimValues, DeleteOutcome } from './apply-deletes.ts';

/** Keys whose commands are on their way at once. */
const keysAtOnce = 256;
/** A value that changes between the look and the delete is looked at once more. */
const maxLooks = 2;

type Options = { readonly signal: AbortSignal };
type Pool = Pick<MemcachePool, 'meta'>;
/** How the delete of one key ended, or `again` when its value has changed meanwhile. */
type Ended = DeleteOutcome | 'again';

/**
 * Deletes the keys whose value has no proof, each by the CAS value that it was seen with. The claim comes between the
 * look and the delete: whoever stores a value later stores another CAS value, which the delete leaves.
 */
export async function deleteUnproven(
  pool: Pool,
  keys: readonly Buffer[],
  claim: ClaimValues,
  options: Options,
): Promise<readonly DeleteOutcome[]> {
  const outcomes: DeleteOutcome[] = [];
  for (let from = 0; from < keys.length; from += keysAtOnce) {
    const last = outcomes.at(-1);
    // A node that confirmed none of the chunk before is not waited for once more.
    const isSilent = last !== undefined && outcomes.slice(-keysAtOnce).every(({ confirmed }) => !confirmed);
    const chunk = keys.slice(from, from + keysAtOnce);
    outcomes.push(...(isSilent ? chunk.map(() => last) : await deleteChunk(pool, chunk, claim, options)));
  }
  return outcomes;
}

async function deleteChunk(
  pool: Pool,
  keys: readonly Buffer[],
  claim: ClaimValues,
  options: Options,
): Promise<readonly DeleteOutcome[]> {
  const outcomes: Ended[] = keys.map(() => 'again');
  for (let look = 0; look < maxLooks; look++) {
    const open = [...keys.keys()].filter((index) => outcomes[index] === 'again');
    if (open.length === 0) break;
    const ended = await lookAndDelete(
      pool,
      open.map((index) => keys[index]!),
      claim,
      options,
    );
    open.forEach((index, position) => (outcomes[index] = ended[position]!));
  }
  const changing = { confirmed: false, error: new Error('the value changed while it was being deleted') };
  return outcomes.map((outcome) => (outcome === 'again' ? changing : outcome));
}

async function lookAndDelete(
  pool: Pool,
  keys: readonly Buffer[],
  claim: ClaimValues,
  options: Options,
): Promise<readonly Ended[]> {
  const looks = await Promise.allSettled(keys.map((key) => pool.meta({ command: 'mg', key, flags: ['c'] }, options)));
  const found: { readonly index: number; readonly key: Buffer; readonly cas: bigint }[] = [];
  const ended = looks.map((look, index): Ended => {
    if (look.status === 'rejected') return { confirmed: false, error: look.reason };
    if (look.value.status === 'EN') return { confirmed: true };
    found.push({ index, key: keys[index]!, cas: casOf(look.value) });
    return 'again';
  });
  if (found.length === 0) return ended;
  const stays = await claim(found);
  const deletes = found.map(async ({ index, key, cas }, position) => {
    ended[index] =
      stays[position] === true ? { confirmed: true, isKept: true } : await deleteValue(pool, key, cas, options);
  });
  await Promise.all(deletes);
  return ended;
}

async function deleteValue(pool: Pool, key: Buffer, cas: bigint, options: Options): Promise<Ended> {
  try {
    // A server without CAS values says 0 of every value.
    const { status } = await pool.meta({ command: 'md', key, flags: cas === 0n ? [] : [`C${cas}`] }, options);
    return status === 'EX' ? 'again' : { confirmed: true };
  } catch (error) {
    return { confirmed: false, error };
  }
}

function casOf({ flags }: MetaReply): bigint {
  return BigInt(flags.find((flag) => flag.startsWith('c'))?.slice(1) ?? 0);
}

import type { Item, StoreOutcome } from '../driver/driver.ts';
import { MemcacheError } from '../driver/memcache-error.ts';
import { missedRead, type ReadResult } from '../driver/read.ts';
import { noTtl, type Reply, type ReplyStatus } from './reply.ts';
import { type Collect, more } from '../engine/request.ts';

/** memcached 1.6.18 has 90 statistics. */
const maxStats = 1024;

const storeOutcomes: Readonly<Partial<Record<ReplyStatus, StoreOutcome>>> = {
  HD: 'stored',
  NS: 'not-stored',
  EX: 'exists',
  NF: 'not-found',
};

/**
 * The item of an `mg` that asks for value and flags, or undefined for a miss. A plain read does not
 * tell a caller that he is to refresh, so that being the first to see a stale value is a miss for
 * him: a caller that fills the cache on a miss then does what memcached expects of him. A lease
 * without a value looks like an empty value that somebody refreshes, and is a miss for everybody.
 */
export function collectItem(reply: Reply): Item | undefined {
  if (reply.status === 'EN') return undefined;
  const { status, value, flags } = reply;
  // A reply without what was asked for is a damaged one, not one with a default.
  if (status !== 'VA' || value === undefined || flags < 0) throw unexpected(reply);
  return reply.isWon || isLease(reply) ? undefined : { value, flags };
}

/** As `collectItem`, with the CAS value. */
export function collectItemWithCas(reply: Reply): Item | undefined {
  const { cas } = reply;
  const item = collectItem(reply);
  if (item === undefined) return undefined;
  if (cas === undefined) throw unexpected(reply);
  return { ...item, cas };
}

/** The items of `count` `mg` commands, in their order. */
export function collectItems(count: number): Collect<(Item | undefined)[]> {
  const items: (Item | undefined)[] = [];
  let refusal: unknown;
  return (reply) => {
    try {
      items.push(collectItem(reply));
    } catch (error) {
      // One refused key must not end the request: the replies of the other keys are still to come.
      if (!isRefusal(reply)) throw error;
      refusal = error;
      items.push(undefined);
    }
    if (items.length < count) return more;
    if (refusal !== undefined) throw refusal;
    return items;
  };
}

/** The answer to an `mg` for all that a ReadResult says. `isConditional`: it had a CAS value to compare. */
export function collectRead(isConditional: boolean): Collect<ReadResult> {
  return (reply) => {
    const { status, value, flags, cas, ttl, isWon, isTaken, isStale } = reply;
    if (status === 'EN') return { ...missedRead };
    const isUnchanged = status === 'HD' && isConditional;
    if (!isUnchanged && (status !== 'VA' || value === undefined)) throw unexpected(reply);
    if (flags < 0 || cas === undefined || ttl === noTtl) throw unexpected(reply);
    const rest = { flags, cas, ttlSeconds: ttl, mustRefresh: isWon, isRefreshing: isTaken };
    if (isUnchanged || value === undefined) return { status: isStale ? 'stale' : 'unchanged', ...rest };
    if (isLease(reply)) return { status: 'miss', ...rest };
    return { status: isStale ? 'stale' : 'hit', value, ...rest };
  };
}

/**
 * The items of a text `get`, in the order of `keys`. memcached answers in the order of the keys and
 * leaves out the misses; a key that comes twice is answered twice.
 */
export function collectValues(keys: readonly string[]): Collect<(Item | undefined)[]> {
  const items: (Item | undefined)[] = keys.map(() => undefined);
  let next = 0;
  return (reply) => {
    if (reply.status === 'END') return items;
    const { status, value, flags, text } = reply;
    if (status !== 'VALUE' || value === undefined) throw unexpected(reply);
    while (next < keys.length && keys[next] !== text) next++;
    // There is no opaque number in a text reply: the key is what shows that it belongs to this call.
    if (next === keys.length)
      throw new MemcacheError('ERR_MEMCACHE_PROTOCOL', 'a value of a key that was not asked for');
    items[next++] = { value, flags };
    return more;
  };
}

/** The items of several text `get` in one request, in the order of the keys of all. */
export function collectValuesOf(parts: readonly (readonly string[])[]): Collect<(Item | undefined)[]> {
  const items: (Item | undefined)[] = [];
  let part = 0;
  let collect = collectValues(parts[0] ?? []);
  let refusal: unknown;
  return (reply) => {
    try {
      const found = collect(reply);
      if (found === more) return more;
      for (const item of found) items.push(item);
    } catch (error) {
      // One refused command must not end the request: the replies of the others are still to come.
      if (!isRefusal(reply)) throw error;
      refusal = error;
    }
    part++;
    if (part < parts.length) {
      collect = collectValues(parts[part]!);
      return more;
    }
    if (refusal !== undefined) throw refusal;
    return items;
  };
}

/** The outcome of an `ms`. */
export function collectStore(reply: Reply): StoreOutcome {
  const outcome = storeOutcomes[reply.status];
  if (outcome === undefined) throw unexpected(reply);
  return outcome;
}

/** An `ms` without a condition, which has one outcome only. */
export function collectStored(reply: Reply): void {
  if (reply.status !== 'HD') throw unexpected(reply);
}

/** Whether a touching `mg` found its key. Being the first to see a stale value is a miss, as in `collectItem`. */
export function collectTouched(reply: Reply): boolean {
  return collectFound(reply) && !reply.isWon;
}

/** Whether an `md` found its key. */
export function collectFound(reply: Reply): boolean {
  if (reply.status === 'HD') return true;
  if (reply.status === 'NF' || reply.status === 'EN') return false;
  throw unexpected(reply);
}

/** The new value of an `ma`. */
export function collectCount(reply: Reply): bigint | undefined {
  if (reply.status === 'NF') return undefined;
  if (reply.status !== 'VA' || reply.value === undefined) throw unexpected(reply);
  const digits = reply.value.toString('latin1');
  if (!/^\d{1,20} *$/.test(digits)) throw unexpected(reply);
  return BigInt(digits);
}

/** The answer to `version`. */
export function collectVersion(reply: Reply): string {
  if (reply.status !== 'VERSION') throw unexpected(reply);
  return reply.text;
}

/** The answer to `flush_all`. */
export function collectOk(reply: Reply): void {
  if (reply.status !== 'OK') throw unexpected(reply);
}

/** The answer to `stats`. A server that never comes to an end of it must not fill the memory. */
export function collectStats(): Collect<Map<string, string>> {
  const stats = new Map<string, string>();
  let lines = 0;
  return (reply) => {
    if (reply.status === 'END') return stats;
    if (reply.status !== 'STAT') throw unexpected(reply);
    if (++lines > maxStats) throw new MemcacheError('ERR_MEMCACHE_PROTOCOL', `more than ${maxStats} statistics`);
    const blank = reply.text.indexOf(' ');
    if (blank < 0) stats.set(reply.text, '');
    else stats.set(reply.text.slice(0, blank), reply.text.slice(blank + 1));
    return more;
  };
}

/** What a lease without a value looks like, and an empty value that somebody refreshes: no telling them apart. */
function isLease(reply: Reply): boolean {
  return reply.value?.length === 0 && (reply.isWon || reply.isTaken);
}

/** True when the server refused one command and the stream is still in step. */
export function isRefusal(reply: Reply): boolean {
  return reply.status === 'SERVER_ERROR' || isNotANumber(reply);
}

/** True when the server will never store this value: it is too large, or there is no memory for it. */
export function isRefusedForGood(reply: Reply): boolean {
  return reply.status === 'SERVER_ERROR' && /too large|out of memory/i.test(reply.text);
}

/** The error for a reply that is no success: a refusal, or else ERR_MEMCACHE_PROTOCOL. */
export function unexpected(reply: Reply): MemcacheError {
  if (isNotANumber(reply)) return new MemcacheError('ERR_MEMCACHE_NOT_A_NUMBER', reply.text);
  if (reply.status === 'SERVER_ERROR') {
    const code = reply.text.includes('too large') ? 'ERR_MEMCACHE_VALUE_TOO_LARGE' : 'ERR_MEMCACHE_SERVER';
    return new MemcacheError(code, `the server refused: ${reply.text}`);
  }
  // After CLIENT_ERROR and ERROR memcached may have taken a value for commands, or the reverse.
  return new MemcacheError('ERR_MEMCACHE_PROTOCOL', `unexpected reply: ${reply.status} ${reply.text}`.trimEnd());
}

function isNotANumber(reply: Reply): boolean {
  return reply.status === 'CLIENT_ERROR' && reply.text === 'cannot increment or decrement non-numeric value';
}

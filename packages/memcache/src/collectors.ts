import type { Item, StoreOutcome } from './driver.ts';
import { MemcacheError } from './memcache-error.ts';
import type { Reply, ReplyStatus } from './reply.ts';
import { type Collect, more } from './request.ts';

const storeOutcomes: Readonly<Partial<Record<ReplyStatus, StoreOutcome>>> = {
  HD: 'stored',
  NS: 'not-stored',
  EX: 'exists',
  NF: 'not-found',
};

/** The item of an `mg` that asks for value and flags, or undefined for a miss. */
export function collectItem(reply: Reply): Item | undefined {
  if (reply.status === 'EN') return undefined;
  const { status, value, flags } = reply;
  // A reply without what was asked for is a damaged one, not one with a default.
  if (status !== 'VA' || value === undefined || flags < 0) throw unexpected(reply);
  return { value, flags };
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

/** Whether an `md` or a touching `mg` found its key. */
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

/** The answer to `stats`. */
export function collectStats(): Collect<Map<string, string>> {
  const stats = new Map<string, string>();
  return (reply) => {
    if (reply.status === 'END') return stats;
    if (reply.status !== 'STAT') throw unexpected(reply);
    const blank = reply.text.indexOf(' ');
    if (blank < 0) stats.set(reply.text, '');
    else stats.set(reply.text.slice(0, blank), reply.text.slice(blank + 1));
    return more;
  };
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

import { MemcacheProxyError } from '../../memcache-proxy-error.ts';

const ID = /^(0|[1-9]\d{0,19})-(0|[1-9]\d{0,19})$/;
const MAX_PART = 2n ** 64n - 1n;

/** Negative when entry `a` of the log is older than `b`, positive when it is newer, 0 when they are the same. */
export function compareChangeIds(a: string, b: string): number {
  const [aTime, aSequence] = partsOf(a);
  const [bTime, bSequence] = partsOf(b);
  if (aTime !== bTime) return aTime < bTime ? -1 : 1;
  if (aSequence === bSequence) return 0;
  return aSequence < bSequence ? -1 : 1;
}

/**
 * Returns `id` when it names an entry of a log.
 *
 * @throws MemcacheProxyError ERR_MEMCACHE_PROXY_BAD_CURSOR when it does not; `source` says where it came from.
 */
export function checkedChangeId(id: string, source: string): string {
  if (ID.test(id) && partsOf(id).every((part) => part <= MAX_PART)) return id;
  const message = `${source} must be the id of an event, such as 1700000000000-0, got ${JSON.stringify(id.slice(0, 60))}`;
  throw new MemcacheProxyError('ERR_MEMCACHE_PROXY_BAD_CURSOR', message);
}

function partsOf(id: string): [time: bigint, sequence: bigint] {
  const [time = '0', sequence = '0'] = id.split('-');
  return [BigInt(time), BigInt(sequence)];
}

import type { Item, StoreOutcome } from '../driver/driver.ts';
import { MemcacheError } from '../driver/memcache-error.ts';
import type { MemjsResponse } from './memjs-module.ts';

/** The statuses of the binary protocol that mean something to a caller. */
export const statuses = {
  ok: 0x00,
  notFound: 0x01,
  exists: 0x02,
  tooLarge: 0x03,
  notStored: 0x05,
  notANumber: 0x06,
} as const;

/** What a collector returns while it expects further replies to the same command. */
export const moreReplies: unique symbol = Symbol('more replies');

/** Turns the replies to one command into its result. What it throws rejects the call and nothing else. */
export type CollectAnswer<T> = (response: MemjsResponse) => T | typeof moreReplies;

const texts: Readonly<Record<number, string>> = {
  0x04: 'invalid arguments',
  0x07: 'the vbucket belongs to another server',
  0x08: 'authentication failed',
  0x20: 'authentication failed',
  0x81: 'unknown command',
  0x82: 'out of memory',
  0x83: 'not supported',
  0x84: 'internal error',
  0x85: 'busy',
  0x86: 'temporary failure',
};

/** The item that `get` and `gat` read, or undefined for a miss. */
export function collectItem(response: MemjsResponse): Item | undefined {
  if (response.header.status === statuses.notFound) return undefined;
  if (response.header.status !== statuses.ok) throw refusal(response);
  if (response.extras.length !== 4) throw malformed('an item without flags');
  // memjs hands out views of its receive buffer, which is larger.
  return { value: Buffer.from(response.val), flags: response.extras.readUInt32BE(0) };
}

/** As `collectItem`, with the CAS value. */
export function collectItemWithCas(response: MemjsResponse): Item | undefined {
  const item = collectItem(response);
  return item === undefined ? undefined : { ...item, cas: response.header.cas.readBigUInt64BE(0) };
}

/** Whether a store without a condition was carried out, which only an error can deny. */
export function collectStored(response: MemjsResponse): void {
  if (response.header.status !== statuses.ok) throw refusal(response);
}

/** The outcome of a conditional store; the same status means different things to different commands. */
export function collectOutcome(meanings: Readonly<Record<number, StoreOutcome>>): CollectAnswer<StoreOutcome> {
  return (response) => {
    if (response.header.status === statuses.ok) return 'stored';
    const outcome = meanings[response.header.status];
    if (outcome === undefined) throw refusal(response);
    return outcome;
  };
}

/** Whether a delete or a touch found its key. */
export function collectFound(response: MemjsResponse): boolean {
  if (response.header.status === statuses.notFound) return false;
  if (response.header.status !== statuses.ok) throw refusal(response);
  return true;
}

/** The new value of a counter, all 64 bits of it: memjs shifts the upper half by 8 bits instead of 32. */
export function collectCount(response: MemjsResponse): bigint | undefined {
  if (response.header.status === statuses.notFound) return undefined;
  if (response.header.status !== statuses.ok) throw refusal(response);
  if (response.val.length !== 8) throw malformed('a count that has not 64 bits');
  return response.val.readBigUInt64BE(0);
}

/** The answer to `version`. */
export function collectVersion(response: MemjsResponse): string {
  if (response.header.status !== statuses.ok) throw refusal(response);
  return response.val.toString('latin1');
}

/** The statistics, one reply each; an empty one is the end. */
export function collectStats(): CollectAnswer<Map<string, string>> {
  const stats = new Map<string, string>();
  return (response) => {
    if (response.header.status !== statuses.ok) throw refusal(response);
    if (response.header.totalBodyLength === 0) return stats;
    stats.set(response.key.toString('latin1'), response.val.toString('latin1'));
    return moreReplies;
  };
}

/** True for what a server will never store as it is: too large, or no memory for it. */
export function isRefusedForGood(error: unknown): boolean {
  if (!(error instanceof MemcacheError)) return false;
  return error.code === 'ERR_MEMCACHE_VALUE_TOO_LARGE' || error.message.includes('out of memory');
}

function refusal({ header }: MemjsResponse): MemcacheError {
  if (header.status === statuses.tooLarge) {
    return new MemcacheError('ERR_MEMCACHE_VALUE_TOO_LARGE', 'the server refused the value for its size');
  }
  if (header.status === statuses.notANumber) {
    return new MemcacheError('ERR_MEMCACHE_NOT_A_NUMBER', 'the value is no number that could be counted');
  }
  const status = `status 0x${header.status.toString(16).padStart(2, '0')}`;
  return new MemcacheError(
    'ERR_MEMCACHE_SERVER',
    `the server refused: ${texts[header.status] ?? 'no reason'} (${status})`,
  );
}

function malformed(what: string): MemcacheError {
  return new MemcacheError('ERR_MEMCACHE_PROTOCOL', `the server answered with ${what}`);
}

import type { Key, StoreOptions } from './driver.ts';
import { encodeKey } from './key.ts';

/** How a store treats what is there: `E` only if nothing is, `R` only if something is. */
export type StoreMode = 'set' | 'add' | 'replace';

const maxFlags = 0xffff_ffff;
const maxTtlSeconds = 0x7fff_ffff;
const maxCounter = 2n ** 64n - 1n;
const modeFlags: Readonly<Record<StoreMode, string>> = { set: '', add: ' ME', replace: ' MR' };

/** `mg` for value and client flags, and the CAS value where asked for. */
export function getCommand(key: Key, opaque: number, withCas: boolean): string {
  return `mg ${encodeKey(key)} v f${withCas ? ' c' : ''} O${opaque}\r\n`;
}

/** The first line of an `ms`; the data block follows it. */
export function storeCommand(
  key: Key,
  valueBytes: number,
  opaque: number,
  options: StoreOptions,
  condition: StoreMode | bigint,
): string {
  const { flags = 0, ttlSeconds = 0 } = options;
  const rule = typeof condition === 'bigint' ? ` C${counter('cas', condition)}` : modeFlags[condition];
  const flagsFlag = flags === 0 ? '' : ` F${checkFlags(flags)}`;
  return `ms ${encodeKey(key)} ${valueBytes}${timeToLive(ttlSeconds)}${flagsFlag}${rule} O${opaque}\r\n`;
}

/** `md`. */
export function deleteCommand(key: Key, opaque: number): string {
  return `md ${encodeKey(key)} O${opaque}\r\n`;
}

/** `mg` that reads nothing and sets the time to live. */
export function touchCommand(key: Key, ttlSeconds: number, opaque: number): string {
  return `mg ${encodeKey(key)} T${checkTtl(ttlSeconds)} O${opaque}\r\n`;
}

/** `ma` up or down. */
export function countCommand(key: Key, delta: bigint, isDown: boolean, opaque: number): string {
  return `ma ${encodeKey(key)}${isDown ? ' MD' : ''} D${counter('delta', delta)} v O${opaque}\r\n`;
}

function timeToLive(ttlSeconds: number): string {
  return ttlSeconds === 0 ? '' : ` T${checkTtl(ttlSeconds)}`;
}

/**
 * The time to live as memcached takes it: any negative number means expired.
 *
 * @throws RangeError when it is no integer below 2^31.
 */
export function checkTtl(ttlSeconds: number): number {
  if (!Number.isInteger(ttlSeconds) || ttlSeconds > maxTtlSeconds) {
    throw new RangeError(`ttlSeconds must be an integer below 2^31, got ${ttlSeconds}`);
  }
  return Math.max(-1, ttlSeconds);
}

/** @throws RangeError when the client flags are no unsigned 32-bit integer. */
export function checkFlags(flags: number): number {
  if (Number.isInteger(flags) && flags >= 0 && flags <= maxFlags) return flags;
  throw new RangeError(`flags must be an unsigned 32-bit integer, got ${flags}`);
}

function counter(name: string, value: bigint): bigint {
  if (typeof value !== 'bigint') throw new TypeError(`${name} must be a bigint, got ${typeof value}`);
  if (value < 0n || value > maxCounter)
    throw new RangeError(`${name} must be an unsigned 64-bit integer, got ${value}`);
  return value;
}

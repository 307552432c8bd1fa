import type { CasOptions, StoreOptions } from '../driver/driver.ts';
import type { MarkStaleOptions, ReadOptions } from '../driver/read.ts';
import { checkFlags, checkSpan, checkTtl, checkUnsigned64 } from './numbers.ts';

/**
 * A key as a KeyEncoder has made it. It may end in the flag ` b`, which has its place among the flags:
 * at once behind the key, except in `ms`, where the length of the value comes first.
 */
type WireKey = string;

/** How a store treats what is there: `E` only if nothing is, `R` only if something is, `A` and `P` join. */
export type StoreMode = 'set' | 'add' | 'replace' | 'append' | 'prepend';

/** What a store does besides storing a value. */
export interface StoreParts {
  readonly valueBytes: number;
  readonly options: StoreOptions;
  /** A mode, or the CAS value to compare. */
  readonly condition: StoreMode | bigint;
}

const modeFlags: Readonly<Record<StoreMode, string>> = {
  set: '',
  add: ' ME',
  replace: ' MR',
  append: ' MA',
  prepend: ' MP',
};

/** What `getCommand` puts between key and opaque number. */
export const getTail = ' v f';

/** `mg` for value and client flags. */
export function getCommand(key: WireKey, opaque: number): string {
  return `mg ${key}${getTail} O${opaque}\r\n`;
}

/** As `getCommand`, with the CAS value. */
export function getsCommand(key: WireKey, opaque: number): string {
  return `mg ${key} v f c O${opaque}\r\n`;
}

/** As `getCommand`, and sets the time to live. */
export function getAndTouchCommand(key: WireKey, opaque: number, ttlSeconds: number): string {
  return `mg ${key} T${checkTtl(ttlSeconds)} v f O${opaque}\r\n`;
}

/** `mg` for all that a ReadResult says. */
export function readCommand(key: WireKey, opaque: number, options: ReadOptions): string {
  const { leaseSeconds, refreshBelowSeconds, touchSeconds, unlessCas } = options;
  // memcached goes by the flags in their order: `t` tells the time that a `T` or `N` before it has set.
  let updates = '';
  if (leaseSeconds !== undefined) updates += ` N${checkSpan('leaseSeconds', leaseSeconds, 1)}`;
  if (refreshBelowSeconds !== undefined) updates += ` R${checkSpan('refreshBelowSeconds', refreshBelowSeconds, 1)}`;
  if (touchSeconds !== undefined) updates += ` T${checkTtl(touchSeconds)}`;
  if (unlessCas !== undefined) updates += ` C${checkUnsigned64('unlessCas', unlessCas)}`;
  return `mg ${key}${updates} v f c t O${opaque}\r\n`;
}

/** A text `get` of several keys, none of them in base64. */
export function multiGetCommand(keys: readonly WireKey[]): string {
  return `get ${keys.join(' ')}\r\n`;
}

/** The first line of an `ms`; the data block follows it. */
export function storeCommand(key: WireKey, opaque: number, parts: StoreParts): string {
  const { valueBytes, options, condition } = parts;
  return `ms ${keyAndLength(key, valueBytes)}${storeRule(options, condition)} O${opaque}\r\n`;
}

/** The flags of an `ms` that say what to do besides storing. */
export function storeRule(options: StoreOptions, condition: StoreMode | bigint): string {
  const { flags = 0, ttlSeconds = 0, explicitCas } = options;
  let rule = typeof condition === 'bigint' ? ` C${checkUnsigned64('cas', condition)}` : modeFlags[condition];
  if (ttlSeconds !== 0) rule += ` T${checkTtl(ttlSeconds)}`;
  if (flags !== 0) rule += ` F${checkFlags(flags)}`;
  if (explicitCas !== undefined) rule += ` E${checkUnsigned64('explicitCas', explicitCas)}`;
  if ((options as CasOptions).orStale === true) rule += ' I';
  return rule;
}

/** `md`. */
export function deleteCommand(key: WireKey, opaque: number): string {
  return `md ${key} O${opaque}\r\n`;
}

/** `md` that leaves the item as stale. */
export function markStaleCommand(key: WireKey, opaque: number, options: MarkStaleOptions): string {
  const { ttlSeconds, explicitCas } = options;
  let rule = ' I';
  if (ttlSeconds !== undefined) rule += ` T${checkTtl(ttlSeconds)}`;
  if (explicitCas !== undefined) rule += ` E${checkUnsigned64('explicitCas', explicitCas)}`;
  return `md ${key}${rule} O${opaque}\r\n`;
}

/** `mg` that reads nothing and sets the time to live. */
export function touchCommand(key: WireKey, opaque: number, ttlSeconds: number): string {
  return `mg ${key} T${checkTtl(ttlSeconds)} O${opaque}\r\n`;
}

/** `ma` up. */
export function incrCommand(key: WireKey, opaque: number, delta: bigint): string {
  return `ma ${key} D${checkUnsigned64('delta', delta)} v O${opaque}\r\n`;
}

/** `ma` down. */
export function decrCommand(key: WireKey, opaque: number, delta: bigint): string {
  return `ma ${key} MD D${checkUnsigned64('delta', delta)} v O${opaque}\r\n`;
}

/** `flush_all`, now or later. */
export function flushCommand(delaySeconds: number): string {
  const delay = checkSpan('delaySeconds', delaySeconds, 0);
  return delay === 0 ? 'flush_all\r\n' : `flush_all ${delay}\r\n`;
}

/** The key and the length of the value, as an `ms` has them. */
export function keyAndLength(key: WireKey, valueBytes: number): string {
  return isBase64(key) ? `${key.slice(0, -2)} ${valueBytes} b` : `${key} ${valueBytes}`;
}

/**
 * True when an encoder has turned the key into base64, which only meta commands take. It looks at nothing but the
 * key: no key that goes over the wire as it is has a space, so that the one before the flag can only be the encoder's.
 */
export function isBase64(key: WireKey): boolean {
  return key.length > 2 && key.charCodeAt(key.length - 2) === 0x20;
}

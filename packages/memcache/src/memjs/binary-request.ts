import type { Key, StoreOptions } from '../driver/driver.ts';
import { maxRelativeSeconds } from '../driver/expiry.ts';
import { encodeKey } from '../driver/key.ts';
import { valueBytes } from '../driver/value-bytes.ts';
import { checkFlags, checkTtl, checkUnsigned64, maxUnsigned64 } from '../protocol/numbers.ts';
import type { MemjsModule } from './memjs-module.ts';

/**
 * The commands of the binary protocol that are used, by number. `prepend` is among them: memjs
 * itself sends the number of `append` for it.
 */
export const opcodes = {
  get: 0x00,
  set: 0x01,
  add: 0x02,
  replace: 0x03,
  delete: 0x04,
  increment: 0x05,
  decrement: 0x06,
  flush: 0x08,
  noop: 0x0a,
  version: 0x0b,
  append: 0x0e,
  prepend: 0x0f,
  stat: 0x10,
  touch: 0x1c,
  gat: 0x1d,
} as const;

/** What they are called. */
export const opcodeNames: ReadonlyMap<number, string> = new Map(
  Object.entries(opcodes).map(([name, opcode]) => [opcode, name]),
);

/** One command, before it has its opaque number. */
export interface BinaryRequest {
  readonly opcode: number;
  readonly key: Buffer;
  readonly extras: Buffer;
  readonly value: Buffer;
  /** The value is stored only if this is still its CAS value; 0 stores in any case. */
  readonly cas: bigint;
}

const nothing = Buffer.alloc(0);
const headerBytes = 24;
const casOffset = 16;
/** A moment after 1970 that memcached takes as absolute, and as long past. */
const expiredSeconds = maxRelativeSeconds + 1;
/** In place of a time to live: do not make a counter that is not there. */
const doNotCreate = 0xffff_ffff;

/** A command without a key. */
export function plainRequest(opcode: number): BinaryRequest {
  return { opcode, key: nothing, extras: nothing, value: nothing, cas: 0n };
}

/**
 * A command on one key.
 *
 * @throws MemcacheError ERR_MEMCACHE_BAD_KEY. On an empty key a server hangs up.
 */
export function keyRequest(opcode: number, key: Key, parts: Partial<BinaryRequest> = {}): BinaryRequest {
  const { extras = nothing, value = nothing, cas = 0n } = parts;
  return { opcode, key: Buffer.from(encodeKey(key), 'latin1'), extras, value, cas };
}

/** `set`, `add` or `replace`. */
export function storeRequest(
  opcode: number,
  key: Key,
  value: Buffer | string,
  options: StoreOptions = {},
): BinaryRequest {
  const { flags = 0, ttlSeconds = 0 } = options;
  const extras = Buffer.allocUnsafe(8);
  extras.writeUInt32BE(checkFlags(flags), 0);
  extras.writeUInt32BE(toExpires(checkTtl(ttlSeconds)), 4);
  return keyRequest(opcode, key, { extras, value: valueBytes(value) });
}

/** A `set` that is carried out only if the item still has that CAS value. */
export function casRequest(
  key: Key,
  value: Buffer | string,
  options: StoreOptions | undefined,
  cas: bigint,
): BinaryRequest {
  const request = storeRequest(opcodes.set, key, value, options);
  // 0 would store in any case. No item has it, and none gets to the last value either.
  return { ...request, cas: checkUnsigned64('cas', cas) === 0n ? maxUnsigned64 : cas };
}

/** `append` or `prepend`. */
export function appendRequest(opcode: number, key: Key, value: Buffer | string): BinaryRequest {
  return keyRequest(opcode, key, { value: valueBytes(value) });
}

/** The extras of `touch` and `gat`. */
export function expiryExtras(ttlSeconds: number): Buffer {
  const extras = Buffer.allocUnsafe(4);
  extras.writeUInt32BE(toExpires(ttlSeconds), 0);
  return extras;
}

/** `increment` or `decrement` with all 64 bits: memjs writes 32 of them. */
export function countRequest(opcode: number, key: Key, delta: bigint): BinaryRequest {
  const extras = Buffer.alloc(20);
  extras.writeBigUInt64BE(checkUnsigned64('delta', delta), 0);
  extras.writeUInt32BE(doNotCreate, 16);
  return keyRequest(opcode, key, { extras });
}

/** The bytes of a command, made by memjs. */
export function toBytes(memjs: MemjsModule, request: BinaryRequest, opaque: number): Buffer {
  const { opcode, key, extras, value, cas } = request;
  const bytes = memjs.Utils.makeRequestBuffer(opcode, key, extras, value, opaque);
  // memjs has a parameter for the CAS value in its header, and no way to it.
  if (cas !== 0n) bytes.writeBigUInt64BE(cas, casOffset);
  return bytes;
}

/** How many bytes it will have. */
export function lengthOf({ key, extras, value }: BinaryRequest): number {
  return headerBytes + key.length + extras.length + value.length;
}

function toExpires(ttlSeconds: number): number {
  return ttlSeconds < 0 ? expiredSeconds : ttlSeconds;
}

import { createRequire } from 'node:module';

import type { Codec } from './codec.ts';
import { decodeError } from './decode-error.ts';

/** What is used of msgpackr. */
interface Packer {
  pack(value: unknown): Buffer;
  unpack(bytes: Buffer): unknown;
}

interface MsgpackrModule {
  readonly Packr: new (options: object) => Packer;
}

/** The one key of an object that msgpackr renames. */
const RENAMED = '__proto__';

/**
 * MessagePack through msgpackr, which you install: readable by other languages, smaller than JSON. Dates, bytes and
 * integers beyond 2^53 (as bigint) come back as they are; what MessagePack has no form for is changed as JSON would.
 *
 * @throws Error that says what to install when msgpackr is not there.
 */
export function msgpackCodec(): Codec<unknown> {
  const { Packr } = loadMsgpackr();
  const packer = new Packr({ useRecords: false, mapsAsObjects: true, int64AsType: 'auto' });
  return {
    name: 'msgpack',
    isText: false,
    encode(value) {
      const bytes = packer.pack(value);
      if (bytes.includes(RENAMED) && hasKey(value, RENAMED)) {
        throw new TypeError(`an object with the key ${RENAMED} would be read back with another one`);
      }
      return bytes;
    },
    decode(bytes) {
      try {
        return packer.unpack(bytes as Buffer);
      } catch (error) {
        throw decodeError('msgpack', error);
      }
    },
  };
}

function hasKey(value: unknown, key: string): boolean {
  if (typeof value !== 'object' || value === null || value instanceof Uint8Array) return false;
  return Object.hasOwn(value, key) || Object.values(value).some((item) => hasKey(item, key));
}

function loadMsgpackr(): MsgpackrModule {
  try {
    return createRequire(import.meta.url)('msgpackr') as MsgpackrModule;
  } catch (cause) {
    throw new Error('msgpackCodec() needs the package msgpackr: npm install msgpackr', { cause });
  }
}

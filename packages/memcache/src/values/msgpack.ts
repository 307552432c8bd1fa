import { Packr } from 'msgpackr';

import type { SyncCodec } from './codec.ts';
import { guardDecode } from './decode-error.ts';
import { requireFlags } from './flagged.ts';

// Without records and other extensions of its own, so that other readers of MessagePack understand it.
// `auto` is missing in its types.
const packr = new Packr({ useRecords: false, mapsAsObjects: true, int64AsType: 'auto' as 'bigint' });

/** The one key of an object that msgpackr renames, to the second. */
const prototypeKey = '__proto__';
const renamedKey = '__proto_';

/**
 * MessagePack through msgpackr. What comes back is `unknown`; `checked` gives it a type. Integers
 * beyond 2^53 come back as bigint, bytes as Buffer, dates as Date. What MessagePack has no form for
 * (functions, Set, class instances, -0) msgpackr changes as JSON would. Writes flags 0 and reads no
 * others.
 */
export const msgpackCodec: SyncCodec<unknown> = {
  name: 'msgpack',
  encode(value) {
    const data = packr.pack(value);
    if (data.includes(prototypeKey) && hasKey(value, prototypeKey)) {
      throw new TypeError(`an object with the key ${prototypeKey} would be read back with another one`);
    }
    return { data, flags: 0 };
  },
  decode: (data, flags) =>
    guardDecode('msgpack', flags, () => {
      requireFlags(flags, 0);
      const value: unknown = packr.unpack(data);
      if (data.includes(prototypeKey) && hasKey(value, renamedKey)) {
        throw new Error(`an object in it has the key ${prototypeKey}`);
      }
      return value;
    }),
};

function hasKey(value: unknown, key: string): boolean {
  if (typeof value !== 'object' || value === null || Buffer.isBuffer(value)) return false;
  return Object.hasOwn(value, key) || Object.values(value).some((item) => hasKey(item, key));
}

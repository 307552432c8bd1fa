import { deserialize, serialize } from 'node:v8';

import type { Codec } from './codec.ts';
import { decodeError } from './decode-error.ts';

/**
 * The structured clone of V8: dates, Map, Set, bigint, typed arrays, -0, undefined and cycles come back as they are,
 * class instances as plain objects. An older Node may not read what a newer one writes: that is a miss. Only for a
 * shared tier that nobody else writes to: the format is not made for hostile bytes.
 */
export const v8Codec: Codec<unknown> = {
  name: 'v8',
  isText: false,
  encode: (value) => serialize(value),
  decode(bytes) {
    try {
      return deserialize(bytes as Buffer) as unknown;
    } catch (error) {
      throw decodeError('v8', error);
    }
  },
};

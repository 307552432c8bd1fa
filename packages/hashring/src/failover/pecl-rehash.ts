import type { Hash } from '../hashes/hash.ts';
import { appendDecimal, appendText } from '../keys/key-buffer.ts';
import { loadPeclKey } from '../keys/pecl-key.ts';
import type { RingKey } from '../ring/ring.ts';

/**
 * PECL memcache's hashes of a key, one for each attempt: that of the prepared key, then with `-0`, `-1` and so on
 * behind it, which is not cut to 250 bytes again.
 */
export function* peclRehash(hash: Hash, prefix: Uint8Array, key: RingKey, attempts: number): Iterable<number> {
  yield hash.buffered(loadPeclKey(prefix, key));
  for (let attempt = 0; attempt < attempts; attempt++) {
    const length = appendText(loadPeclKey(prefix, key), '-');
    yield hash.buffered(appendDecimal(length, attempt));
  }
}

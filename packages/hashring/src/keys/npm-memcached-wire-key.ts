import { md5Hex } from '../hashes/md5-hex.ts';

const MAX_LENGTH = 250;

/**
 * The key that npm `memcached` 2.2 asks a server for, where it is not the key that it chose the server by: a key of more
 * than 250 UTF-16 units becomes its MD5 in hexadecimal, and in a shorter one `$$` becomes `$` and `$&` the whole key,
 * since it goes through `String.replace`. To find what it wrote, ask `ring.get(key)` for this.
 *
 * @param key with its namespace in front.
 * @throws RangeError for a key with `` $` `` or `$'`: it spoils the command, a different way for each, so that the
 * client cannot use it.
 */
export function npmMemcachedWireKey(key: string): string {
  if (key.length > MAX_LENGTH) return md5Hex(key);
  return key.replace(/\$[$&`']/g, (pattern) => {
    if (pattern === '$$') return '$';
    if (pattern === '$&') return key;
    throw new RangeError(`npm memcached cannot use a key with ${pattern}: ${JSON.stringify(key)}`);
  });
}

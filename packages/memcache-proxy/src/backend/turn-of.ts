import type { Key } from '@lockstep/memcache';

/** What nearly every key is: characters that are bytes already. */
const PLAIN_KEY = /^[!-~]*$/;

/** The key's bytes as a string of one character each, whichever of the two forms it came in. */
export function turnOf(key: Key): string {
  if (typeof key !== 'string') return key.toString('latin1');
  return PLAIN_KEY.test(key) ? key : Buffer.from(key).toString('latin1');
}

import { fromStoredKey } from '../cache/stored-key.ts';

/** What a client is told to forget. */
export interface ToldKeys {
  readonly keys: readonly string[];
  /** How keys begin of which nobody knows more, as they are stored hashed. */
  readonly prefixes: readonly string[];
}

/** The keys of an entry of the log, which has them as memcached does, as clients know them. */
export function toToldKeys(stored: readonly string[]): ToldKeys {
  const keys: string[] = [];
  const prefixes = new Set<string>();
  for (const each of stored) {
    const { text, isHashed } = fromStoredKey(each);
    if (isHashed) prefixes.add(text);
    else keys.push(text);
  }
  return { keys, prefixes: [...prefixes] };
}

/** What of it a client must hear that wants the keys that begin with one of `wanted`. */
export function filterToldKeys({ keys, prefixes }: ToldKeys, wanted: readonly string[]): ToldKeys {
  return {
    keys: keys.filter((key) => wanted.some((prefix) => key.startsWith(prefix))),
    // A hashed key may go on with whatever the client waits for.
    prefixes: prefixes.filter((known) => wanted.some((prefix) => known.startsWith(prefix) || prefix.startsWith(known))),
  };
}

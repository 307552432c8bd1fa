const FNV_OFFSET = 0x811c9dc5;
const FNV_PRIME = 0x01000193;

function hashOfBytes(bytes: Uint8Array): number {
  let hash = FNV_OFFSET;
  for (let i = 0; i < bytes.length; i++) hash = Math.imul(hash ^ bytes[i]!, FNV_PRIME);
  return hash >>> 0;
}

/**
 * The shard of a key among `shards`. A string stands for its UTF-8 bytes.
 *
 * Source: FNV-1a, 32 bits, http://www.isthe.com/chongo/tech/comp/fnv/: the same in every process and version.
 */
export function shardOfKey(key: string | Uint8Array, shards: number): number {
  if (shards === 1) return 0;
  return hashOfBytes(typeof key === 'string' ? Buffer.from(key) : key) % shards;
}

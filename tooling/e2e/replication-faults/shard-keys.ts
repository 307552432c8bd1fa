/** All numbers of shards that journals here have divide it. */
const shards = 32;

/** Keys that begin with `prefix`, one for each shard, whether a journal has 8, 16 or 32 of them. */
export function shardKeys(prefix: string): string[] {
  const keys = new Map<number, string>();
  for (let at = 0; keys.size < shards; at += 1) {
    const key = `${prefix}:${at}`;
    const shard = hashOf(key) % shards;
    if (!keys.has(shard)) keys.set(shard, key);
  }
  return [...keys.values()];
}

/** The hash that says in which shard a key is: FNV-1a and the last step of MurmurHash3. It never changes. */
function hashOf(key: string): number {
  let hash = 0x81_1c_9d_c5;
  for (const byte of Buffer.from(key)) hash = Math.imul(hash ^ byte, 0x01_00_01_93);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85_eb_ca_6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2_b2_ae_35);
  return (hash ^ (hash >>> 16)) >>> 0;
}

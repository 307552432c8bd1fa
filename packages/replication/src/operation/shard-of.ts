const FNV_OFFSET = 0x81_1c_9d_c5;
const FNV_PRIME = 0x01_00_01_93;

/**
 * The shard of a key: FNV-1a of its bytes, mixed once more, modulo `shards`. It is part of the stored
 * form, since the operations of a key keep their order only within one shard: it never changes.
 *
 * Source: FNV-1a by Fowler, Noll and Vo; the last mixing is the finalizer of MurmurHash3, without which
 * keys that differ in one character would share few of the low bits.
 */
export function shardOf(key: Uint8Array, shards: number): number {
  let hash = FNV_OFFSET;
  // An index is much cheaper here than an iterator, and this runs for each write.
  // oxlint-disable-next-line unicorn/no-for-loop
  for (let at = 0; at < key.length; at += 1) hash = Math.imul(hash ^ (key[at] as number), FNV_PRIME);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85_eb_ca_6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2_b2_ae_35);
  return ((hash ^ (hash >>> 16)) >>> 0) % shards;
}

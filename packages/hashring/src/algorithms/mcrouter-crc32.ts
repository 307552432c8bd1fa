import { crc32 } from '../hashes/crc32.ts';
import { loadMcrouterKey } from '../keys/mcrouter-key.ts';
import { ownOrAddress } from '../labels/own-or-address.ts';
import type { Algorithm } from './algorithm.ts';
import { listModulo } from './list-modulo.ts';
import { type McrouterOptions, mcrouterOptions } from './mcrouter-options.ts';

/** mcrouter's Crc32: the lower 31 bits of CRC-32, modulo the number of servers. */
export const mcrouterCrc32: Algorithm<McrouterOptions> = {
  name: 'mcrouter-crc32',
  options: mcrouterOptions,
  weights: 'none',
  label: ownOrAddress,
  place(nodes, { salt, keyPart }) {
    const suffix = new TextEncoder().encode(salt);
    return listModulo({
      hash: (key) => crc32.buffered(loadMcrouterKey(key, keyPart, suffix)) & 0x7fff_ffff,
      hashId: `crc32 of mcrouter's ${keyPart} key and ${JSON.stringify(salt)}`,
      hashBits: 31,
      list: Array.from(nodes.keys()),
    });
  },
};

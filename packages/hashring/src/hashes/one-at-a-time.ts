import { CHAR_CODE_AT } from '../keys/char-code-at.ts';
import { bytes, loadKey } from '../keys/key-buffer.ts';
import { CHAR_SHIFTS, type CharSignedness } from './char-signedness.ts';
import type { Hash } from './hash.ts';

const charCodeAt = CHAR_CODE_AT;

/** Bob Jenkins's one-at-a-time, libmemcached's default: bytes are added as `char`. */
export const oneAtATime: Readonly<Record<CharSignedness, Hash>> = {
  signed: create('one_at_a_time', CHAR_SHIFTS.signed),
  unsigned: create('one_at_a_time of unsigned char', CHAR_SHIFTS.unsigned),
};

function create(name: string, charShift: number): Hash {
  const buffered = (length: number): number => {
    const source = bytes;
    let hash = 0;
    for (let i = 0; i < length; i++) {
      hash = mix((hash + ((source[i]! << charShift) >> charShift)) | 0);
    }
    return finish(hash);
  };
  return {
    name,
    buffered,
    key(key) {
      if (typeof key !== 'string') return buffered(loadKey(key));
      let hash = 0;
      let seen = 0;
      for (let i = 0; i < key.length; i++) {
        const code = charCodeAt.call(key, i);
        seen |= code;
        hash = mix((hash + code) | 0);
      }
      return seen > 0x7f ? buffered(loadKey(key)) : finish(hash);
    },
  };
}

function mix(sum: number): number {
  const spread = (sum + (sum << 10)) | 0;
  return spread ^ (spread >>> 6);
}

function finish(sum: number): number {
  const spread = (sum + (sum << 3)) | 0;
  const folded = spread ^ (spread >>> 11);
  return (folded + (folded << 15)) | 0;
}

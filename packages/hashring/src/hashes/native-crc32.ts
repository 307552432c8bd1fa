import type { RingKey } from '../ring/ring.ts';

type Zlib = Partial<typeof import('node:zlib')>;
/** `zlib.crc32`, looked up for the first long key; null where there is none: Node has it from 20.15 and 22.2 on. */
let compute: Zlib['crc32'] | null;

/** CRC-32 as `node:zlib` computes it, as a signed 32-bit integer; undefined where it does not. */
export function nativeCrc32(key: RingKey): number | undefined {
  if (compute === undefined) compute = (process.getBuiltinModule('node:zlib') as Zlib).crc32 ?? null;
  return compute === null ? undefined : compute(key) | 0;
}

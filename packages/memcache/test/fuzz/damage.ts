import * as fc from 'fast-check';

import type { Misbehaviour } from '../soak/relay.ts';

/** What happens to the bytes of a connection from `offset` on. */
export type Damage =
  | { readonly kind: 'invert'; readonly offset: number }
  | { readonly kind: 'drop'; readonly offset: number; readonly count: number }
  | { readonly kind: 'insert'; readonly offset: number; readonly bytes: Buffer }
  | { readonly kind: 'replace'; readonly offset: number; readonly bytes: Buffer }
  | { readonly kind: 'end'; readonly offset: number; readonly by: 'silence' | 'FIN' | 'RST' };

const carriageReturn = 0x0d;

/**
 * Damage that shows. Not among it: a byte of a value that becomes another (which `invert` does
 * too, where it hits one), a number that becomes another, and bytes left out where what follows happens to be
 * as long as what is missing: no checksum tells them from the truth, and TCP does none of it.
 */
export function someDamage(maxOffset: number): fc.Arbitrary<Damage> {
  const offset = fc.nat({ max: maxOffset });
  const bytes = fc
    .uint8Array({ minLength: 1, maxLength: 40 })
    .map((array) => Buffer.from(array.map((byte) => (byte === carriageReturn ? 0 : byte))));
  return fc.oneof(
    fc.record({ kind: fc.constant('invert' as const), offset }),
    fc.record({ kind: fc.constant('drop' as const), offset, count: fc.integer({ min: 1, max: 8 }) }),
    fc.record({ kind: fc.constant('insert' as const), offset, bytes }),
    fc.record({ kind: fc.constant('replace' as const), offset, bytes }),
    fc.record({ kind: fc.constant('end' as const), offset, by: fc.constantFrom('silence', 'FIN', 'RST') }),
  );
}

/** A server whose replies are damaged like that. */
export function damaged(damage: Damage): Misbehaviour {
  let position = 0;
  let isOver = false;
  return {
    fromServer(chunk, client) {
      const at = damage.offset - position;
      position += chunk.length;
      if (isOver) return undefined;
      if (at < 0 || at >= chunk.length) return chunk;
      const before = chunk.subarray(0, at);
      const after = chunk.subarray(at);
      switch (damage.kind) {
        case 'invert':
          return Buffer.concat([before, Buffer.from([chunk[at]! ^ 0xff]), after.subarray(1)]);
        case 'drop':
          return Buffer.concat([before, after.subarray(damage.count)]);
        case 'insert':
          return Buffer.concat([before, damage.bytes, after]);
        case 'replace':
          isOver = true;
          return Buffer.concat([before, damage.bytes]);
        case 'end':
          isOver = true;
          if (damage.by === 'FIN') client.end(before);
          else client.write(before, () => damage.by === 'RST' && client.resetAndDestroy());
          return undefined;
        default:
          return damage satisfies never;
      }
    },
  };
}

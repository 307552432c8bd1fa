import * as fc from 'fast-check';
import { expect, it } from 'vitest';

import { type Item, MemcacheError } from '../../src/index.ts';
import { collectValues } from '../../src/protocol/collectors.ts';
import { createReply, type Reply } from '../../src/protocol/reply.ts';

const someKey = fc.constantFrom('a', 'b', 'c', 'd', 'e');

function valueOf(key: string, value: string): Reply {
  return { ...createReply(), status: 'VALUE', text: key, value: Buffer.from(value), flags: 0 };
}

it('gives each asked key, repeats included, what the server holds for it', () => {
  fc.assert(
    fc.property(fc.array(someKey, { maxLength: 20 }), fc.uniqueArray(someKey), (asked, held) => {
      const collect = collectValues(asked);
      for (const key of asked) if (held.includes(key)) collect(valueOf(key, `value of ${key}`));
      const items = collect({ ...createReply(), status: 'END' });
      expect(items).toEqual(
        asked.map((key) => (held.includes(key) ? { value: Buffer.from(`value of ${key}`), flags: 0 } : undefined)),
      );
    }),
  );
});

it('never puts a value under another key, whatever the server answers', () => {
  fc.assert(
    fc.property(fc.array(someKey, { maxLength: 8 }), fc.array(someKey, { maxLength: 8 }), (asked, answered) => {
      const { items, error } = collectAll(asked, answered);
      expect([undefined, 'ERR_MEMCACHE_PROTOCOL']).toContain(error);
      expect(items.map((item, index) => item?.value.toString() ?? asked[index])).toEqual(
        items.map((_, index) => asked[index]),
      );
    }),
    { numRuns: 500 },
  );
});

/** What becomes of a text get of `asked` when the server answers with `answered`, each value being its key. */
function collectAll(
  asked: readonly string[],
  answered: readonly string[],
): { items: readonly (Item | undefined)[]; error?: unknown } {
  const collect = collectValues(asked);
  try {
    for (const key of answered) collect(valueOf(key, key));
    return { items: collect({ ...createReply(), status: 'END' }) as (Item | undefined)[] };
  } catch (error) {
    return { items: [], error: error instanceof MemcacheError ? error.code : error };
  }
}

import { clusterSlot } from '@lockstep/testing';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { hashSlot } from '../../src/driver/redis/hash-slot.ts';
import { createLockNames } from '../../src/driver/redis/lock-names.ts';
import { parsePush } from '../../src/driver/redis/parse-push.ts';

const key = fc.oneof(fc.string({ unit: 'binary', minLength: 1 }), fc.stringMatching(/^[a{}:|]{1,12}$/u));
const families = ['lock', 'semaphore', 'read-write'] as const;

describe('the names of locks', () => {
  it('lie in the slot that Redis says', () => {
    fc.assert(
      fc.property(key, (name) => {
        expect(hashSlot(name)).toBe(clusterSlot(name));
      }),
    );
  });

  it('lie in one slot with all that belongs to the lock', () => {
    fc.assert(
      fc.property(key, fc.constantFrom(...families), (name, family) => {
        const base = createLockNames('p', true, family).base(name);
        for (const part of [':l', ':q', ':w', ':f', ':h', ':i']) expect(hashSlot(base + part)).toBe(hashSlot(base));
      }),
    );
  });

  it('lead back to the key, and never to one of another family', () => {
    fc.assert(
      fc.property(key, fc.constantFrom(...families), (name, family) => {
        const base = createLockNames('p', true, family).base(name);
        for (const other of families) {
          expect(createLockNames('p', true, other).keyOf(base)).toBe(other === family ? name : undefined);
        }
      }),
    );
  });

  it('have a place to listen at in their slot, under the prefix of all channels', () => {
    fc.assert(
      fc.property(key, fc.constantFrom(...families), (name, family) => {
        const names = createLockNames('p', true, family);
        const base = names.base(name);
        expect(hashSlot(`${names.channel}abc${names.slotSuffix(base)}`)).toBe(hashSlot(base));
      }),
    );
  });

  it('are declared in a Cluster beside one that is in the slot too, and alone elsewhere', () => {
    const base = createLockNames('p', true).base('a');
    const declared = createLockNames('p', true).declared([base]);
    expect(declared).toHaveLength(2);
    expect(declared.map(hashSlot)).toEqual([hashSlot(base), hashSlot(base)]);
    expect(createLockNames('p', false).declared([base])).toEqual([base]);
  });

  it('put keys with the same hash tag into one group, and everything outside a Cluster', () => {
    const names = createLockNames('p', true);
    expect(names.groupOf('{user:1}:a')).toBe(names.groupOf('b:{user:1}'));
    expect(names.groupOf('a')).not.toBe(names.groupOf('b'));
    expect(createLockNames('p', false).groupOf('a')).toBe(createLockNames('p', false).groupOf('b'));
  });
});

describe('a push', () => {
  it('is read as it was written, whatever the key is', () => {
    fc.assert(
      fc.property(key, (name) => {
        expect(parsePush(`g|1795298046734241|500|abc:7|${name}`)).toEqual({
          kind: 'grant',
          token: 1_795_298_046_734_241,
          ttlMs: 500,
          owner: 'abc:7',
          base: name,
        });
        expect(parsePush(`w|abc:7|${name}`)).toEqual({ kind: 'wake', owner: 'abc:7', base: name });
      }),
    );
  });

  it('is nothing where it is something else', () => {
    expect(['', 'g', 'g|x|1|a:1|b', 'echo', 'w|a:1|'].map(parsePush)).toEqual([
      undefined,
      undefined,
      undefined,
      undefined,
      undefined,
    ]);
  });
});

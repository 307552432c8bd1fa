import assert from 'node:assert/strict';

import { hasAll, tierCase, type TierConformanceCase, untilClaimed } from './tier-case.ts';
import { bound, claimBound, fillOf, put, textAt, tokenFor } from './tier-session.ts';

const KEYS: Readonly<Record<string, string>> = {
  'a space and a line': 'user: 1\r\nset x 0',
  'characters beyond ASCII': 'user:Ünï→😀',
  'a thousand characters': `user:${'k'.repeat(1000)}`,
  braces: 'user:{1}',
  'the look of a name of its own': 'state',
};
const FOREIGN = ['nothing of ours', '', '12345678 1 2 x y\nz', '0badcafe 99999999999999 60000 json@0 :0 {"t":3}\n1'];
const MANY_TAGS = Array.from({ length: 300 }, (_, i) => `tag:${i}:${'ü'.repeat(90)}`);
const HUGE = 'x'.repeat(9_000_000);

/** What is stored, and who may store it. */
export const valueCases: readonly TierConformanceCase[] = [
  tierCase('gives back what was stored, to every process, with what belongs to it', async (one, other) => {
    assert.equal(await one.store.get('user:1', bound), undefined);
    const value = fillOf(one, '{"name":"Ünï"}', { tags: ['org:7', 'a b'] });
    assert.equal(await one.store.fill('user:1', await tokenFor(one, 'user:1'), value, bound), true);
    const { bytes, tags, tagEpoch, tagSequence } = value;
    for (const { store } of [one, other]) {
      const found = await store.get('user:1', bound);
      hasAll(found, { bytes, tags, tagEpoch, tagSequence });
      const { freshForMs } = found!;
      assert.ok(freshForMs > 50_000 && freshForMs <= 60_000, `fresh for ${freshForMs} ms`);
      hasAll(await store.claim('user:1', claimBound), { kind: 'hit', value: { bytes } });
    }
  }),

  tierCase('makes one of many callers the one that loads', async (one, other) => {
    const asked = Array.from({ length: 20 }, (_, i) => (i % 2 === 1 ? one : other).store.claim('k', claimBound));
    const kinds = (await Promise.all(asked)).map(({ kind }) => kind);
    assert.equal(kinds.filter((kind) => kind === 'claimed').length, 1);
    assert.equal(kinds.filter((kind) => kind === 'busy').length, 19);
    assert.equal(await textAt(one, 'k'), undefined);
  }),

  tierCase('lets another load when a claim is given back, by its holder only', async (one, other) => {
    const token = await tokenFor(one, 'k');
    await other.store.release('k', 'somebody:987654321:');
    assert.deepEqual(await other.store.claim('k', claimBound), { kind: 'busy' });
    await one.store.release('k', token);
    hasAll(await other.store.claim('k', claimBound), { kind: 'claimed' });
    await one.store.release('k', token);
    assert.deepEqual(await one.store.claim('k', claimBound), { kind: 'busy' });
  }),

  tierCase('lets another load when a lease ends, and refuses the late value of the first', async (one, other) => {
    const token = await tokenFor(one, 'k', { leaseMs: 1000 });
    await untilClaimed(other, 'k');
    assert.equal(await one.store.fill('k', token, fillOf(one, '"late"'), bound), false);
    assert.equal(await textAt(one, 'k'), undefined);
  }),

  tierCase('stores bytes of any kind, and keeps text and bytes apart', async (one, other) => {
    const form = { name: 'raw@1', isText: false };
    const bytes = Buffer.from(Array.from({ length: 512 }, (_, i) => i % 256));
    const token = await tokenFor(one, 'k', { form });
    assert.equal(await one.store.fill('k', token, fillOf(one, bytes), { ...bound, form }), true);
    hasAll(await other.store.get('k', { ...bound, form }), { bytes });
    const [many] = await other.store.getMany(['k'], { ...bound, form });
    hasAll(many, { bytes });
    hasAll(await other.store.claim('k', { ...claimBound, form }), { kind: 'hit', value: { bytes } });
    assert.equal(await other.store.get('k', bound), undefined);
  }),

  tierCase('takes a value of another form for a miss, and replaces it', async (one, other) => {
    await put(one, 'k', '1');
    const next = { ...bound, form: { name: 'json@1', isText: true } };
    assert.equal(await other.store.get('k', next), undefined);
    const read = await other.store.claim('k', { ...claimBound, ...next });
    assert.ok(read.kind === 'claimed' && read.stale === undefined, `it is ${read.kind}`);
    assert.equal(await other.store.fill('k', read.token, fillOf(other, '{"v":1}'), next), true);
    hasAll(await one.store.get('k', next), { bytes: '{"v":1}' });
    assert.deepEqual(one.errors, []);
  }),

  ...Object.entries(KEYS).map(([what, key]) =>
    tierCase(`takes a key with ${what}`, async (one, other) => {
      assert.equal(await put(one, key, '"v"'), true);
      assert.equal(await textAt(other, key), '"v"');
      await other.invalidate(key);
      assert.equal(await textAt(one, key), undefined);
    }),
  ),

  tierCase('reads many in the order of the keys', async (one, other) => {
    const keys = Array.from({ length: 450 }, (_, i) => `k${i}`);
    await Promise.all(keys.filter((_, i) => i % 3 === 0).map((key) => put(one, key, `"${key}"`)));
    const found = await other.store.getMany(keys, bound);
    assert.deepEqual(
      found.map((value) => value?.bytes),
      keys.map((key, i) => (i % 3 === 0 ? `"${key}"` : undefined)),
    );
    assert.deepEqual(await other.store.getMany([], bound), []);
  }),

  ...FOREIGN.map((bytes) =>
    tierCase(
      `takes foreign bytes for a miss, and has them replaced: ${JSON.stringify(bytes)}`,
      async (one, other, { plant }) => {
        await plant!('k', bytes);
        assert.equal(await one.store.get('k', bound), undefined);
        assert.deepEqual(await one.store.getMany(['k'], bound), [undefined]);
        assert.equal(await put(one, 'k', '1'), true);
        assert.equal(await textAt(other, 'k'), '1');
      },
      ['plant'],
    ),
  ),

  tierCase(
    'reports foreign bytes once, without the key',
    async (one, _other, { plant }) => {
      await plant!('secret-key', 'nothing of ours');
      await one.store.get('secret-key', bound);
      await one.store.get('secret-key', bound);
      assert.deepEqual(
        one.errors.map((error) => (error as { code?: unknown }).code),
        ['ERR_CACHE_SHARED_UNREADABLE'],
      );
      assert.ok(!one.errors[0]!.message.includes('secret'), one.errors[0]!.message);
    },
    ['plant'],
  ),

  tierCase('shares a large value, or says that it does not and lets the holder keep it', async (one, other) => {
    assert.equal(await put(one, 'k', HUGE), true);
    if ((await textAt(one, 'k')) === undefined) {
      assert.deepEqual(
        one.errors.map((error) => (error as { code?: unknown }).code),
        ['ERR_CACHE_VALUE_TOO_LARGE'],
      );
      hasAll(await other.store.claim('k', claimBound), { kind: 'claimed' });
    }
    const token = await tokenFor(one, 'j');
    await other.invalidate('j');
    assert.equal(await one.store.fill('j', token, fillOf(one, HUGE), bound), false);
  }),

  tierCase('shares a value with many long tags, or says that it does not', async (one, other) => {
    assert.equal(await put(one, 'k', '1', { tags: MANY_TAGS }), true);
    if ((await textAt(one, 'k')) === undefined) {
      assert.deepEqual(
        one.errors.map((error) => (error as { code?: unknown }).code),
        ['ERR_CACHE_VALUE_TOO_LARGE'],
      );
      hasAll(await other.store.claim('k', claimBound), { kind: 'claimed' });
    } else {
      hasAll(await other.store.get('k', bound), { tags: MANY_TAGS });
    }
  }),
];

import { beforeEach, describe, expect, it } from 'vitest';

import { describeCoherence } from './coherence-cases.ts';
import { describeFences } from './fence-cases.ts';
import { describeTags } from './tag-cases.ts';
import { bound, claimBound, fillOf, put, textAt, type TierLab, type TierSession, tokenFor } from './tier-lab.ts';

/** What every shared tier does, over real servers. */
export function describeSharedTier(name: string, lab: TierLab): void {
  describe(`${name} as a shared tier`, () => {
    let one: TierSession;
    let other: TierSession;
    beforeEach(async () => {
      one = await lab.open();
      other = await lab.open();
    });

    it('gives back what was stored, to every process, with what belongs to it', async () => {
      expect(await one.store.get('user:1', bound)).toBeUndefined();
      const value = fillOf(one, '{"name":"Ünï"}', { tags: ['org:7', 'a b'] });
      expect(await one.store.fill('user:1', await tokenFor(one, 'user:1'), value, bound)).toBe(true);
      const { bytes, tags, tagEpoch, tagSequence } = value;
      for (const { store } of [one, other]) {
        const found = await store.get('user:1', bound);
        expect(found).toMatchObject({ bytes, tags, tagEpoch, tagSequence });
        expect(found!.freshForMs).toBeGreaterThan(50_000);
        expect(found!.freshForMs).toBeLessThanOrEqual(60_000);
        expect(await store.claim('user:1', claimBound)).toMatchObject({ kind: 'hit', value: { bytes } });
      }
    });

    it('makes one of many callers the one that loads', async () => {
      const asked = Array.from({ length: 20 }, (_, i) => (i % 2 ? one : other).store.claim('k', claimBound));
      const kinds = (await Promise.all(asked)).map(({ kind }) => kind);
      expect(kinds.filter((kind) => kind === 'claimed')).toHaveLength(1);
      expect(kinds.filter((kind) => kind === 'busy')).toHaveLength(19);
      expect(await textAt(one, 'k')).toBeUndefined();
    });

    it('lets another load when a claim is given back, by its holder only', async () => {
      const token = await tokenFor(one, 'k');
      await other.store.release('k', 'somebody:987654321:');
      expect(await other.store.claim('k', claimBound)).toEqual({ kind: 'busy' });
      await one.store.release('k', token);
      expect(await other.store.claim('k', claimBound)).toMatchObject({ kind: 'claimed' });
      await one.store.release('k', token);
      expect(await one.store.claim('k', claimBound)).toEqual({ kind: 'busy' });
    });

    it('lets another load when a lease ends, and refuses the late value of the first', async () => {
      const token = await tokenFor(one, 'k', { leaseMs: 1000 });
      await expect.poll(() => other.store.claim('k', claimBound)).toMatchObject({ kind: 'claimed' });
      expect(await one.store.fill('k', token, fillOf(one, '"late"'), bound)).toBe(false);
      expect(await textAt(one, 'k')).toBeUndefined();
    });

    it('stores bytes of any kind, and keeps text and bytes apart', async () => {
      const form = { name: 'raw@1', isText: false };
      const bytes = Buffer.from(Array.from({ length: 512 }, (_, i) => i % 256));
      const read = await one.store.claim('k', { ...claimBound, form });
      const token = (read as { token: string }).token;
      expect(await one.store.fill('k', token, fillOf(one, bytes), { ...bound, form })).toBe(true);
      expect((await other.store.get('k', { ...bound, form }))!.bytes).toEqual(bytes);
      expect(await other.store.getMany(['k'], { ...bound, form })).toMatchObject([{ bytes }]);
      expect(await other.store.claim('k', { ...claimBound, form })).toMatchObject({ kind: 'hit', value: { bytes } });
      expect(await other.store.get('k', bound)).toBeUndefined();
    });

    it('takes a value of another form for a miss, and replaces it', async () => {
      await put(one, 'k', '1');
      const next = { ...bound, form: { name: 'json@1', isText: true } };
      expect(await other.store.get('k', next)).toBeUndefined();
      const read = await other.store.claim('k', { ...claimBound, ...next });
      expect(read).toEqual({ kind: 'claimed', token: expect.any(String) as string });
      const { token } = read as { token: string };
      expect(await other.store.fill('k', token, fillOf(other, '{"v":1}'), next)).toBe(true);
      expect(await one.store.get('k', next)).toMatchObject({ bytes: '{"v":1}' });
      expect(one.errors).toEqual([]);
    });

    it.for([
      ['a space and a line', 'user: 1\r\nset x 0'],
      ['characters beyond ASCII', 'user:Ünï→😀'],
      ['a thousand characters', `user:${'k'.repeat(1000)}`],
      ['braces', 'user:{1}'],
      ['what its own names look like', 'state'],
    ])('takes a key with %s', async ([, key]) => {
      expect(await put(one, key!, '"v"')).toBe(true);
      expect(await textAt(other, key!)).toBe('"v"');
      await other.invalidate(key!);
      expect(await textAt(one, key!)).toBeUndefined();
    });

    it('reads many in the order of the keys', async () => {
      const keys = Array.from({ length: 450 }, (_, i) => `k${i}`);
      await Promise.all(keys.filter((_, i) => i % 3 === 0).map((key) => put(one, key, `"${key}"`)));
      const found = await other.store.getMany(keys, bound);
      expect(found.map((value) => value?.bytes)).toEqual(keys.map((key, i) => (i % 3 ? undefined : `"${key}"`)));
      expect(await other.store.getMany([], bound)).toEqual([]);
    });

    it.for(['nothing of ours', '', '12345678 1 2 x y\nz', `0badcafe 99999999999999 60000 json@0 :0 {"t":3}\n1`])(
      'takes foreign bytes for a miss, and has them replaced: %j',
      async (bytes) => {
        await lab.plant('k', bytes);
        expect(await one.store.get('k', bound)).toBeUndefined();
        expect(await one.store.getMany(['k'], bound)).toEqual([undefined]);
        expect(await put(one, 'k', '1')).toBe(true);
        expect(await textAt(other, 'k')).toBe('1');
      },
    );

    it('reports foreign bytes once, without the key', async () => {
      await lab.plant('secret-key', 'nothing of ours');
      await one.store.get('secret-key', bound);
      await one.store.get('secret-key', bound);
      expect(one.errors).toMatchObject([{ code: 'ERR_CACHE_SHARED_UNREADABLE' }]);
      expect(one.errors[0]!.message).not.toContain('secret');
    });

    it('does not share a value that is too large, says so, and lets the holder keep it', async () => {
      const huge = 'x'.repeat(9_000_000);
      expect(await put(one, 'k', huge)).toBe(true);
      expect(await textAt(one, 'k')).toBeUndefined();
      expect(one.errors).toMatchObject([{ code: 'ERR_CACHE_VALUE_TOO_LARGE' }]);
      expect(await other.store.claim('k', claimBound)).toMatchObject({ kind: 'claimed' });
      const token = await tokenFor(one, 'j');
      await other.invalidate('j');
      expect(await one.store.fill('j', token, fillOf(one, huge), bound)).toBe(false);
    });

    describeCoherence(() => [one, other]);
    describeFences(() => [one, other]);
    describeTags(() => [one, other]);
  });
}

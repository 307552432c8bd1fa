import assert from 'node:assert/strict';

import type { Content } from '../store/content.ts';
import type { EntryStore } from '../store/entry-store.ts';
import { put, replacementOf, storeCase, type StoreConformanceCase, wholeOf } from './store-case.ts';

function hashOf(text: string): Content {
  const elements = text.split(' ').filter((pair) => pair !== '');
  return { shape: 'hash', elements: new Map(elements.map((pair) => toElement(pair))) };
}

function toElement(pair: string): [string, Buffer] {
  const [id, value] = pair.split('=');
  return [id!, Buffer.from(value!)];
}

function patchOf(text: string): Map<string, Buffer | undefined> {
  return new Map(text.split(' ').map((pair) => (pair.startsWith('-') ? [pair.slice(1), undefined] : toElement(pair))));
}

async function hashAt(store: EntryStore): Promise<string> {
  const { content } = await wholeOf(store, 'k', 'hash');
  assert.ok(content.shape === 'hash');
  return Array.from(content.elements, ([id, bytes]) => `${id}=${bytes.toString()}`).join(' ');
}

/** Changes of single elements. */
export const storePatchCases: readonly StoreConformanceCase[] = [
  storeCase(
    'replaces elements in their place, adds others at the end, and takes away',
    async ({ one, other }) => {
      await put(one, 'k', 1, hashOf('c=1 a=2 b=3'));
      assert.equal(await other.patch('k', patchOf('d=4 a=5 -c -nobody e=6')), true);
      assert.equal(await hashAt(one), 'a=5 b=3 d=4 e=6');
      assert.equal((await wholeOf(one, 'k', 'hash')).size, 4);
      const page = await one.read('k', 'hash', { kind: 'page', offset: 2, limit: 1 });
      assert.deepEqual(page!.content, hashOf('d=4'));
      await other.patch('k', patchOf('-a -b -d -e'));
      assert.equal(await hashAt(one), '');
      await other.patch('k', patchOf('f=7'));
      assert.equal(await hashAt(one), 'f=7');
    },
    ['hash'],
  ),

  storeCase(
    'does not touch freshness with a patch, and forgets the entry at the same time',
    async ({ one, other, pass }) => {
      await put(one, 'k', 3, hashOf('a=1'), { ttlMs: 300, staleForMs: 2200, validator: 'v' });
      await other.patch('k', patchOf('-a'));
      await other.patch('k', patchOf('b=2'));
      const { ticket, validator, freshForMs } = await wholeOf(one, 'k', 'hash');
      assert.deepEqual([ticket, validator], [3, 'v']);
      assert.ok(freshForMs <= 300, `fresh for ${freshForMs}`);
      await pass(2600);
      assert.equal(await one.read('k', 'hash', { kind: 'whole' }), undefined);
      assert.equal(await other.patch('k', patchOf('b=2')), false);
      assert.equal(await one.read('k', 'hash', { kind: 'whole' }), undefined);
    },
    ['hash'],
  ),

  storeCase(
    'refuses what was loaded before a patch',
    async ({ one, other }) => {
      await put(one, 'k', 1, hashOf('a=1'));
      await one.begin('k', 2);
      await other.patch('k', patchOf('a=2'));
      assert.equal(await one.replace('k', replacementOf(2, hashOf('a=1'))), 'superseded');
      assert.equal(await one.prolong('k', { ticket: 2, ttlMs: 1000, staleForMs: 0 }), 'superseded');
      assert.equal(await hashAt(one), 'a=2');
      await put(one, 'k', 3, hashOf('a=3'));
      assert.equal(await hashAt(other), 'a=3');
    },
    ['hash'],
  ),

  storeCase('has nothing to patch where nothing is stored', async ({ one }) => {
    assert.equal(await one.patch('k', patchOf('a=1')), false);
    await one.begin('k', 1);
    assert.equal(await one.patch('k', patchOf('a=1')), false);
    const many = new Map(Array.from({ length: 1001 }, (_, index) => [`id${index}`, undefined]));
    await assert.rejects(one.patch('k', many), RangeError);
  }),
];

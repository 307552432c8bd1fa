import assert from 'node:assert/strict';

import type { Content, Part, Shape } from '../store/content.ts';
import type { EntryStore } from '../store/entry-store.ts';
import {
  put,
  rejectsWith,
  replacementOf,
  storeCase,
  type StoreConformanceCase,
  textAt,
  wholeOf,
} from './store-case.ts';

const ALL_BYTES = Buffer.from(Array.from({ length: 512 }, (_, index) => index % 256));
const SHAPES: readonly Shape[] = ['value', 'hash', 'list', 'zset'];
const KEYS: readonly string[] = ['coupons', 'coupons:{a}b}c', ':', 'a b', 'ключ:日本', `long:${'k'.repeat(195)}`];

/** `size` elements, of the version that is in each of them. A value of about as many bytes times 20. */
function contentOf(shape: Shape, size: number, version = 1): Content {
  const texts = Array.from({ length: size }, (_, index) => `${version}:${String(index).padStart(8, '0')}:element`);
  const bytes = texts.map((text) => Buffer.from(text));
  if (shape === 'value') return { shape, value: Buffer.concat(bytes) };
  if (shape === 'list') return { shape, elements: bytes };
  if (shape === 'zset') return { shape, elements: bytes.map((member, index) => ({ member, score: index / 8 - 3 })) };
  return { shape, elements: new Map(bytes.map((element, index) => [`id${size - index}`, element])) };
}

async function pageOf(store: EntryStore, shape: Shape, part: Part): Promise<unknown> {
  const entry = await store.read('k', shape, part);
  assert.ok(entry !== undefined && entry.content.shape !== 'value');
  assert.equal(entry.size, 100);
  return Array.from<unknown>(entry.content.elements);
}

/** What is stored and read, in every shape. */
export const storeContentCases: readonly StoreConformanceCase[] = [
  storeCase('finds nothing where nothing is stored', async ({ one }) => {
    assert.equal(await textAt(one, 'k'), undefined);
    assert.deepEqual(await one.begin('k', 1), { present: undefined });
    assert.equal(await textAt(one, 'k'), undefined);
  }),

  storeCase('keeps entries of different keys apart, whatever is in the keys', async ({ one, other }) => {
    for (const [index, key] of KEYS.entries()) await put(one, key, 1, `v${index}`);
    for (const [index, key] of KEYS.entries()) assert.equal(await textAt(other, key), `v${index}`);
    await one.invalidate(KEYS[0]!, 'remove');
    assert.equal(await textAt(other, KEYS[0]!), undefined);
    assert.equal(await textAt(other, KEYS[1]!), 'v1');
  }),

  storeCase('refuses a key that is none', async ({ one }) => {
    for (const key of ['', 'a\nb', 'a\u0000', '\ud800', 'ä'.repeat(101)]) {
      await rejectsWith(one.read(key, 'value', { kind: 'whole' }), 'ERR_REFRESH_KEY');
      await rejectsWith(one.begin(key, 1), 'ERR_REFRESH_KEY');
      await rejectsWith(one.invalidate(key, 'remove'), 'ERR_REFRESH_KEY');
    }
  }),

  storeCase('keeps every byte of a value, and a value of no bytes', async ({ one, other }) => {
    await put(one, 'k', 1, { shape: 'value', value: ALL_BYTES });
    assert.deepEqual((await wholeOf(other, 'k', 'value')).content, { shape: 'value', value: ALL_BYTES });
    await put(one, 'k', 2, '');
    assert.equal(await textAt(other, 'k'), '');
    assert.equal((await wholeOf(other, 'k', 'value')).size, 1);
  }),

  ...SHAPES.map((shape) =>
    storeCase(
      `keeps a ${shape} of few elements, of many, and of none, in order`,
      async ({ one, other }) => {
        for (const [index, size] of [3, 6000, 2, 0, 1500].entries()) {
          const content = contentOf(shape, size, index);
          await put(one, 'k', index + 1, content);
          const entry = await wholeOf(other, 'k', shape);
          assert.equal(entry.size, shape === 'value' ? 1 : size);
          // Maps are compared in any order.
          if (content.shape === 'hash' && entry.content.shape === 'hash') {
            assert.deepEqual([...entry.content.elements], [...content.elements]);
          } else assert.deepEqual(entry.content, content);
        }
      },
      [shape],
    ),
  ),

  ...(['hash', 'list', 'zset'] as const).map((shape) =>
    storeCase(
      `reads a ${shape} page by page`,
      async ({ one, other }) => {
        const content = contentOf(shape, 100);
        await put(one, 'k', 1, content);
        assert.ok(content.shape !== 'value');
        const all = Array.from<unknown>(content.elements);
        for (const [offset, limit] of [
          [0, 10],
          [95, 10],
          [99, 1],
          [100, 5],
          [7, Number.MAX_SAFE_INTEGER],
        ] as const) {
          assert.deepEqual(
            await pageOf(other, shape, { kind: 'page', offset, limit }),
            all.slice(offset, offset + limit),
          );
        }
      },
      [shape],
    ),
  ),

  storeCase(
    'reads one element of a hash, and an empty hash for one that is not there',
    async ({ one, other }) => {
      await put(one, 'k', 1, contentOf('hash', 100));
      const found = await pageOf(other, 'hash', { kind: 'element', id: 'id100' });
      assert.deepEqual(found, [['id100', Buffer.from('1:00000000:element')]]);
      assert.deepEqual(await pageOf(other, 'hash', { kind: 'element', id: 'nobody' }), []);
    },
    ['hash'],
  ),

  storeCase(
    'orders a sorted set by score, then by bytes, and refuses a member twice or a score that is no number',
    async ({ one, other }) => {
      const elements = ['b', 'a', 'c', 'd'].map((text, index) => ({
        member: Buffer.from(text),
        score: index < 2 ? 1 : -index,
      }));
      await put(one, 'k', 1, { shape: 'zset', elements });
      const { content } = await wholeOf(other, 'k', 'zset');
      assert.ok(content.shape === 'zset');
      assert.equal(content.elements.map(({ member }) => member.toString()).join(''), 'dcab');
      await one.begin('k', 2);
      const twice = [...elements, { member: Buffer.from('a'), score: 9 }];
      await rejectsWith(one.replace('k', replacementOf(2, { shape: 'zset', elements: twice })), 'ERR_REFRESH_CONTENT');
      const none = [{ member: Buffer.from('a'), score: Number.NaN }];
      await rejectsWith(one.replace('k', replacementOf(2, { shape: 'zset', elements: none })), 'ERR_REFRESH_CONTENT');
    },
    ['zset'],
  ),

  storeCase(
    'takes an entry of another shape for an error, and replaces it',
    async ({ one, other }) => {
      await put(one, 'k', 1, contentOf('hash', 1000));
      await rejectsWith(other.read('k', 'list', { kind: 'whole' }), 'ERR_REFRESH_CONTENT');
      assert.equal((await one.begin('k', 2, { shape: 'hash' }))!.present!.size, 1000);
      assert.deepEqual(await one.begin('k', 2, { shape: 'list' }), { present: undefined });
      await put(one, 'k', 2, contentOf('list', 10));
      assert.deepEqual((await wholeOf(other, 'k', 'list')).content, contentOf('list', 10));
      await rejectsWith(other.patch('k', new Map([['id', undefined]])), 'ERR_REFRESH_CONTENT');
    },
    ['hash', 'list'],
  ),

  storeCase('has no part of a shape that has no such parts', async ({ one }) => {
    await assert.rejects(one.read('k', 'value', { kind: 'page', offset: 0, limit: 1 }), TypeError);
    await assert.rejects(one.read('k', 'list', { kind: 'element', id: 'a' }), TypeError);
    await assert.rejects(one.read('k', 'list', { kind: 'page', offset: -1, limit: 1 }), RangeError);
    await assert.rejects(one.read('k', 'list', { kind: 'page', offset: 0, limit: 0 }), RangeError);
  }),
];

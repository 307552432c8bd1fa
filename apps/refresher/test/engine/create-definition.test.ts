import type { Content } from '@lockstep/refresh';
import type { RefreshSource } from '@lockstep/service-kit';
import { describe, expect, it } from 'vitest';

import { createDefinition } from '../../src/engine/create-definition.ts';
import { knownKeysOf, planOf } from '../../src/engine/plan-of.ts';

const definitionOf = (source: Partial<RefreshSource>) =>
  createDefinition('coupons', { load: { module: './x.mjs' }, ttlMs: 1000, ...source }, async () => ({ data: [] }));

describe('the definition of a source', () => {
  it('has what the topology says, and the defaults of the library', () => {
    expect(definitionOf({})).toMatchObject({
      name: 'coupons',
      shape: 'value',
      ttlMs: 1000,
      refreshBelowMs: 200,
      settleMs: 200,
    });
    const all = definitionOf({
      refreshBelowMs: 10,
      staleForMs: 0,
      settleMs: 0,
      loadTimeoutMs: 5,
      maxBytes: 6,
      single: true,
      whenEmpty: 'keep',
      concurrency: 2,
      enabled: false,
    });
    expect(all).toMatchObject({
      refreshBelowMs: 10,
      staleForMs: 0,
      settleMs: 0,
      loadTimeoutMs: 5,
      maxBytes: 6,
      single: true,
      whenEmpty: 'keep',
      concurrency: 2,
      enabled: false,
    });
  });

  it('finds elements by their key, in the order of the source', () => {
    const definition = definitionOf({ shape: 'hash', primaryKey: 'sku' });
    const content = definition.encode([{ sku: 'b' }, { sku: 7 }]) as Extract<Content, { shape: 'hash' }>;
    expect([...content.elements.keys()]).toEqual(['b', '7']);
    expect(() => definition.encode([{ sku: 'b' }, { sku: 'b' }])).toThrow('two elements of one primary key');
  });

  it('orders by a score, which a database may give as text', () => {
    const definition = definitionOf({ shape: 'zset', score: 'price' });
    const content = definition.encode([{ price: '10.50' }, { price: 2 }]) as Extract<Content, { shape: 'zset' }>;
    expect(content.elements.map(({ score }) => score)).toEqual([2, 10.5]);
    for (const price of ['', 'free', null, undefined]) {
      expect(() => definition.encode([{ price }])).toThrow('an element without a finite score');
    }
  });

  it('is scheduled for its ids, or for its name alone', () => {
    expect(knownKeysOf('coupons', {})).toEqual(['coupons']);
    expect(knownKeysOf('coupons', { ids: ['oslo', 'a:b'] })).toEqual(['coupons:oslo', 'coupons:a:b']);
    expect(planOf('coupons', {})).toBeUndefined();
    expect(planOf('coupons', { schedule: { everyMs: 500, jitterMs: 5 } })).toEqual({
      keys: ['coupons'],
      everyMs: 500,
      jitterMs: 5,
    });
    expect(planOf('coupons', { ids: ['oslo'], schedule: { cron: '@daily' } })).toEqual({
      keys: ['coupons:oslo'],
      cron: '@daily',
      timeZone: 'UTC',
    });
  });
});

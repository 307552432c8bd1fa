import { describe, expect, it } from 'vitest';

import { continuumList } from '../../src/lookups/continuum-list.ts';

describe("the list of Cache::Memcached::Fast's continuum", () => {
  it('has each server as often as its weight says', () => {
    expect([...continuumList([1, 1, 1])]).toEqual([0, 1, 2]);
    expect([...continuumList([2, 1, 3])]).toEqual([0, 0, 1, 2, 2, 2]);
  });

  it('has as many entries as the weights sum to, rounded, where they are fractions', () => {
    expect([...continuumList([0.5, 0.5])]).toEqual([0]);
    expect([...continuumList([1.5, 1])]).toEqual([0, 0, 1]);
    expect([...continuumList([0.2, 2.2])]).toEqual([0, 1]);
  });

  it('leaves out a weight of 0', () => {
    expect([...continuumList([0, 1, 0, 2])]).toEqual([1, 3, 3]);
    expect([...continuumList([0, 0, 2, 1])]).toEqual([2, 2, 3]);
  });

  it('has no entries that 15 bits do not reach', () => {
    expect(continuumList([40_000, 1])).toHaveLength(32_768);
    expect(new Set(continuumList([40_000, 1]))).toEqual(new Set([0]));
  });

  it.each([[[0.2, 0.2]], [[0, 0]]])('is refused for the weights %o, which have no entry', (weights) => {
    expect(() => continuumList(weights)).toThrow(/sum to 0(\.4)?, they must sum to 0.5 or more/);
  });
});

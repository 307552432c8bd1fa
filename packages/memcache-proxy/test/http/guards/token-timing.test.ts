import * as crypto from 'node:crypto';

import { expect, it, vi } from 'vitest';

vi.mock('node:crypto', async (importOriginal) => {
  const original = await importOriginal<typeof crypto>();
  const { hash, timingSafeEqual } = original;
  return {
    ...original,
    hash: vi.fn<typeof hash>(hash),
    timingSafeEqual: vi.fn<typeof timingSafeEqual>(timingSafeEqual),
  };
});

// Another test of this process may have loaded it with the real functions.
vi.resetModules();
const { TokenTable } = await import('../../../src/http/guards/token-table.ts');

const tokenOf = (index: number): string => `token-number-${String(index).padStart(6, '0')}`;
const tableOf = (count: number): InstanceType<typeof TokenTable> =>
  new TokenTable({
    tokens: Array.from({ length: count }, (_, index) => ({
      name: `${index}`,
      token: tokenOf(index),
      scopes: ['read'],
    })),
  });

it.each([1, 2000])('with %d tokens one digest and at most one comparison, in constant time, decide', (count) => {
  const table = tableOf(count);
  // The first, the last, one that shares all but its end with many, and one that shares nothing.
  const guesses = [tokenOf(0), tokenOf(count - 1), `${tokenOf(0).slice(0, -1)}x`, 'nothing-like-any-of-them'];
  const calls = guesses.map((guess) => {
    vi.mocked(crypto.hash).mockClear();
    vi.mocked(crypto.timingSafeEqual).mockClear();
    const result = table.authenticate(`Bearer ${guess}`, 0);
    const compared = vi.mocked(crypto.timingSafeEqual).mock.calls.length;
    return ['bearer' in result, vi.mocked(crypto.hash).mock.calls.length, compared];
  });
  expect(calls).toEqual([
    [true, 1, 1],
    [true, 1, 1],
    [false, 1, 0],
    [false, 1, 0],
  ]);
});

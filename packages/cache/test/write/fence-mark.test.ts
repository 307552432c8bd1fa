import { describe, expect, it } from 'vitest';

import { isMarkedDropped, markDropped, markOrigin, readMark } from '../../src/write/fence-mark.ts';

describe('the marks in the origin of an entry', () => {
  it('are read whether the keys were dropped from a shared tier or not', () => {
    const raise = { kind: 'raise', id: 'a1', ttlMs: 500 } as const;
    const lift = { kind: 'lift', id: 'a1' } as const;
    for (const mark of [raise, lift]) {
      expect(readMark(markOrigin('me', mark))).toEqual(mark);
      expect(readMark(markDropped(markOrigin('me', mark), '0badcafe'))).toEqual(mark);
    }
    expect(readMark(markDropped('me', '0badcafe'))).toBeUndefined();
  });

  it('say from which place keys were dropped', () => {
    const origin = markDropped('me', '0badcafe');
    expect(isMarkedDropped(origin, '0badcafe')).toBe(true);
    expect(isMarkedDropped(origin, '1badcafe')).toBe(false);
    expect(isMarkedDropped('me', '0badcafe')).toBe(false);
    expect(isMarkedDropped(undefined, '0badcafe')).toBe(false);
  });
});

describe('an origin of the greatest length', () => {
  const longest = 'ü'.repeat(256);

  it('is shortened to make room for where keys were dropped', () => {
    const origin = markDropped(longest, '0badcafe');
    expect(origin).toBe(`${'ü'.repeat(239)}#dropped:0badcafe`);
    expect(isMarkedDropped(origin, '0badcafe')).toBe(true);
  });

  it('keeps the mark of its fence then', () => {
    const raise = { kind: 'raise', id: 'a1', ttlMs: 500 } as const;
    const origin = markDropped(markOrigin(longest, raise), '0badcafe');
    expect(origin).toHaveLength(256);
    expect(readMark(origin)).toEqual(raise);
    expect(isMarkedDropped(origin, '0badcafe')).toBe(true);
  });

  it('is left to the log to refuse when it is too long by itself', () => {
    expect(markDropped(`${longest}!`, '0badcafe')).toBe(`${longest}!#dropped:0badcafe`);
  });
});

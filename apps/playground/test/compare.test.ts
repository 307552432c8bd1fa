import { describe, expect, it } from 'vitest';

import { judge } from '../src/verify/compare.ts';
import { type KeyPolicy, type KeyRecord, Ledger, type Write } from '../src/verify/ledger.ts';

const write = (digest: string | undefined, startedAt: number, more: Partial<Write> = {}): Write => ({
  digest,
  region: 'east',
  expiresAtMs: Infinity,
  startedAt,
  endedAt: startedAt + 1,
  uncertain: false,
  ...more,
});

function recordOf(policy: KeyPolicy, ...writes: Write[]): KeyRecord {
  const ledger = new Ledger();
  for (const one of writes) ledger.note('k', policy, one);
  return ledger.records()[0]!;
}

function problemOf(
  record: KeyRecord,
  east: string | undefined,
  west: string | undefined,
  emptied = false,
): string | undefined {
  return judge(
    record,
    new Map([
      ['east', east],
      ['west', west],
    ]),
    1000,
    () => emptied,
  ).difference?.problem;
}

describe('judge', () => {
  it('accepts a replicated value that is everywhere', () => {
    expect(problemOf(recordOf('replicate', write('a', 1), write('b', 5)), 'b', 'b')).toBeUndefined();
  });

  it('finds a value that a later confirmed write had replaced', () => {
    expect(problemOf(recordOf('replicate', write('a', 1), write('b', 5)), 'b', 'a')).toBe('stale value');
  });

  it('finds a replicated value that did not arrive', () => {
    expect(problemOf(recordOf('replicate', write('a', 1)), 'a', undefined)).toBe('missing');
  });

  it('excuses a miss that a killed memcached explains, and counts it', () => {
    const verdict = judge(recordOf('replicate', write('a', 1)), new Map([['east', undefined]]), 1000, () => true);
    expect(verdict).toEqual({ difference: undefined, emptied: true });
  });

  it('finds a value that is present though it was deleted', () => {
    expect(problemOf(recordOf('replicate', write('a', 1), write(undefined, 5)), undefined, 'a')).toBe('stale value');
  });

  it('finds a value that outlived its TTL', () => {
    expect(problemOf(recordOf('replicate', write('a', 1, { expiresAtMs: 900 })), undefined, 'a')).toBe('stale value');
  });

  it('accepts a miss once the TTL has passed', () => {
    expect(problemOf(recordOf('replicate', write('a', 1, { expiresAtMs: 900 })), undefined, undefined)).toBeUndefined();
  });

  it('accepts either outcome of a write that failed, but not both at once', () => {
    const record = recordOf('replicate', write('a', 1), write('b', 5, { uncertain: true }));
    expect(problemOf(record, 'a', undefined)).toBeUndefined();
    expect(problemOf(record, 'b', 'b')).toBeUndefined();
    expect(problemOf(record, 'a', 'b')).toBe('values differ between regions');
  });

  it('accepts any one of two writes that overlapped', () => {
    const record = recordOf('invalidate', write('a', 1, { endedAt: 9 }), write('b', 5));
    expect(problemOf(record, 'a', undefined)).toBeUndefined();
    expect(problemOf(record, 'b', undefined)).toBeUndefined();
    expect(problemOf(record, 'a', 'b')).toBe('values differ between regions');
  });

  it('finds a key that travelled though its class does not', () => {
    expect(problemOf(recordOf('none', write('a', 1)), 'a', 'a')).toBe('travelled though its class does not');
  });

  it('finds a key of a class that does not travel missing where it was written, and only there', () => {
    const record = recordOf('none', write('a', 1));
    expect(problemOf(record, undefined, undefined)).toBe('missing');
    expect(problemOf(record, 'a', undefined)).toBeUndefined();
  });
});

describe('Ledger', () => {
  it('calls a read wrong when nothing that may still be there had that value', () => {
    const ledger = new Ledger();
    ledger.note('k', 'replicate', write('a', 1));
    ledger.note('k', 'replicate', write('b', 5));
    expect([ledger.allows('k', 'a'), ledger.allows('k', 'b'), ledger.allows('other', 'b')]).toEqual([
      false,
      true,
      false,
    ]);
  });
});

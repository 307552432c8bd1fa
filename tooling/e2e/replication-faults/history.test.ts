import { describe, expect, it } from 'vitest';

import { judge, KeyHistory, type KeyKind, type Write } from './history.ts';

const write = (number: number, startedAt: number, more: Partial<Write> = {}): Write => ({
  number,
  isDelete: false,
  region: 'east',
  startedAt,
  endedAt: startedAt + 10,
  isConfirmed: true,
  ...more,
});

function historyOf(kind: KeyKind, ...writes: Write[]): KeyHistory {
  const history = new KeyHistory('key', kind);
  for (const one of writes) history.add(one);
  return history;
}

const found = (east: number | undefined, west: number | undefined): Map<string, number | undefined> =>
  new Map([
    ['east', east],
    ['west', west],
  ]);
const never = (): boolean => false;

describe('the judge of an own key', () => {
  const twice = historyOf('own', write(1, 0), write(2, 100));

  it('finds nothing wrong where both regions have what was written last', () => {
    expect(judge(twice, found(2, 2), never)).toBeUndefined();
  });

  it('finds what is older, what is gone, what differs and what nobody wrote', () => {
    expect(judge(twice, found(2, 1), never)).toBe('stale');
    expect(judge(twice, found(2, undefined), never)).toBe('missing');
    expect(judge(twice, found(2, Number.NaN), never)).toBe('invented');
    const concurrent = historyOf('own', write(1, 0), write(2, 5));
    expect(judge(concurrent, found(1, 2), never)).toBe('differs');
  });

  it('takes a miss after a fault that explains it, and after a delete', () => {
    expect(judge(twice, found(2, undefined), (region) => region === 'west')).toBeUndefined();
    expect(judge(twice, found(undefined, 2), (region) => region === 'west')).toBe('missing');
    const gone = historyOf('own', write(1, 0), write(2, 100, { isDelete: true }));
    expect(judge(gone, found(undefined, undefined), never)).toBeUndefined();
    expect(judge(gone, found(1, undefined), never)).toBe('stale');
  });

  it('takes a write without an answer for possible, until one that began long after it is confirmed', () => {
    const unknown = write(2, 100, { isConfirmed: false });
    expect(judge(historyOf('own', write(1, 0), unknown), found(2, 2), never)).toBeUndefined();
    expect(judge(historyOf('own', write(1, 0), unknown), found(1, 1), never)).toBeUndefined();
    expect(judge(historyOf('own', unknown, write(3, 200)), found(2, 2), never)).toBeUndefined();
    expect(judge(historyOf('own', unknown, write(3, 20_000)), found(2, 2), never)).toBe('stale');
  });
});

describe('the judge of a shared key', () => {
  it('takes a value in the region that wrote it, unless the other one wrote after it', () => {
    const west = write(2, 100, { region: 'west' });
    expect(judge(historyOf('shared', write(1, 0), west), found(undefined, 2), never)).toBeUndefined();
    expect(judge(historyOf('shared', write(1, 0), west), found(1, undefined), never)).toBe('stale');
    expect(judge(historyOf('shared', write(1, 0), west), found(2, undefined), never)).toBe('stale');
    expect(judge(historyOf('shared', write(1, 0), west), found(undefined, undefined), never)).toBeUndefined();
  });
});

describe('the judge of a key that both regions store', () => {
  const west = write(2, 100, { region: 'west' });

  it('takes a miss where both have written, and the value that was written last', () => {
    const contested = historyOf('both', write(1, 0), west);
    expect(judge(contested, found(undefined, undefined), never)).toBeUndefined();
    expect(judge(contested, found(2, 2), never)).toBeUndefined();
    expect(judge(contested, found(2, undefined), never)).toBeUndefined();
  });

  it('finds the value before it, in one region or in both, and two that differ', () => {
    expect(judge(historyOf('both', write(1, 0), west), found(1, undefined), never)).toBe('stale');
    expect(judge(historyOf('both', write(1, 0), west), found(1, 1), never)).toBe('stale');
    expect(judge(historyOf('both', write(1, 95), west), found(1, 2), never)).toBe('differs');
  });

  it('takes no miss where one region alone has written', () => {
    expect(judge(historyOf('both', west), found(undefined, 2), never)).toBe('missing');
    expect(judge(historyOf('both', west), found(2, 2), never)).toBeUndefined();
  });
});

describe('the judge of a row', () => {
  const west = write(2, 5, { region: 'west' });
  const row = historyOf('row', write(1, 0), west);

  it('takes the newest version or a miss, in any order of the writes', () => {
    expect(judge(row, found(2, 2), never)).toBeUndefined();
    expect(judge(row, found(2, undefined), never)).toBeUndefined();
    expect(judge(row, found(undefined, undefined), never)).toBeUndefined();
    expect(judge(historyOf('row', west, write(1, 0, { endedAt: 50 })), found(2, 2), never)).toBeUndefined();
  });

  it('finds an older version, also where it came at the same time, in one region or in both', () => {
    expect(judge(row, found(1, 2), never)).toBe('stale');
    expect(judge(row, found(undefined, 1), () => true)).toBe('stale');
    expect(judge(row, found(1, 1), never)).toBe('stale');
    expect(judge(historyOf('row', west, write(1, 0, { endedAt: 50 })), found(1, 1), never)).toBe('stale');
    expect(judge(row, found(2, Number.NaN), never)).toBe('invented');
  });

  it('finds a row that is there and was deleted last', () => {
    const gone = historyOf('row', write(1, 0), write(2, 5, { region: 'west', isDelete: true }));
    expect(judge(gone, found(1, undefined), never)).toBe('stale');
    expect(judge(gone, found(undefined, undefined), never)).toBeUndefined();
  });
});

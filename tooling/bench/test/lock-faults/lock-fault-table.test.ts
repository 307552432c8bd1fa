import { describe, expect, it } from 'vitest';

import { renderLockFaultTable } from '../../src/lock-faults/lock-fault-table.ts';

const outcome = {
  effects: 100,
  sessions: 10,
  stale: 0,
  staleForMs: 0,
  staleAccepted: 0,
  unfairness: 1,
  disorderedTokens: 0,
  faults: 9,
  unheard: 0,
  working: 0.9,
  owed: 0,
  recoveryMs: 10,
};
const result = (library: string, story: string, seed: number, figures: Partial<typeof outcome>) => ({
  bench: 'lock-faults' as const,
  library,
  story,
  seed,
  outcome: { ...outcome, ...figures },
});

describe('renderLockFaultTable', () => {
  it('has a row for each library and sums up its runs', () => {
    const results = [
      result('one', 'aimed at the holder', 1, {}),
      result('one', 'at anybody', 1, { working: 0.9 }),
      result('one', 'at anybody', 2, { working: 0.8, owed: 0.2 }),
      result('one', 'at anybody, less often', 1, { working: 0.95 }),
      result('other', 'aimed at the holder', 1, { stale: 1000, staleForMs: 1234 }),
      result('other', 'aimed at the holder', 2, { stale: 472, staleForMs: 10, unheard: 2 }),
      { bench: 'lock-faults' as const, library: 'other', story: 'at anybody', seed: 1, failure: 'no answer' },
    ];
    const [head, , ...rows] = renderLockFaultTable(results, 15_000).split('\n');
    expect(head).toContain('| 2 × 15 s |');
    expect(head).not.toContain('Redis forgets');
    expect(rows).toEqual([
      '| one | 0 | 0.00 s | 85 % (80 %) | 95 % | 95 % (95 %) | 95 % | 0 |',
      '| other | 1,472 | 1.23 s | failed | failed |  |  | 2, 1 failed |',
    ]);
  });
});

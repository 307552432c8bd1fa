import { describe, expect, it } from 'vitest';

import { renderLockTable } from '../../src/lock/lock-table.ts';

const contended = {
  bench: 'lock' as const,
  case: 'contended' as const,
  library: 'one',
  acquisitionsPerSecond: 612.4,
  unfairness: 1.012,
  commandsPerAcquisition: 3.02,
  handOffMedianMs: 0.61,
  handOff99Ms: 3.44,
  longestWaitMs: 78.2,
};

describe('renderLockTable', () => {
  it('has a table for each case that was measured and a row for each library', () => {
    const results = [contended, { ...contended, library: 'other', unfairness: Infinity }];
    const [head, rule, ...rows] = renderLockTable(results).split('\n');
    expect(head).toMatch(/^\| contended \| acquisitions\/s \|/);
    expect(rule).toBe('| --- | ---: | ---: | ---: | ---: | ---: |');
    expect(rows).toEqual([
      '| one | 612 | 1.01 | 3.0 | 0.6 / 3.4 ms | 78 ms |',
      '| other | 612 | some had none | 3.0 | 0.6 / 3.4 ms | 78 ms |',
    ]);
  });
});

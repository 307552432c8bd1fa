import { describe, expect, it } from 'vitest';

import { renderFaultTable } from '../../src/cache-faults/fault-table.ts';
import type { Scenario } from '../../src/cache-faults/scenario.ts';

const scenario = (name: string, figure: string): Scenario => ({
  name,
  columns: [{ figure, title: (extent) => `${figure}, ${extent}` }],
  run: async () => ({ [figure]: 0 }),
});
const result = (name: string, library: string, figures: Record<string, number>) => ({
  bench: 'cache-faults' as const,
  scenario: name,
  library,
  figures,
});

describe('renderFaultTable', () => {
  it('has a row for each library and a column for each figure that was measured', () => {
    const scenarios = [scenario('race', 'stale'), scenario('partition', 'oldest'), scenario('skipped', 'nothing')];
    const results = [
      result('race', 'one', { stale: 0 }),
      result('race', 'other', { stale: 1472 }),
      result('partition', 'other', { oldest: 15.0312 }),
      { ...result('partition', 'third', {}), failure: 'no answer' },
    ];
    expect(renderFaultTable(scenarios, results, 'quick').split('\n')).toEqual([
      '| library | stale, quick | oldest, quick |',
      '| --- | ---: | ---: |',
      '| one | 0 |  |',
      '| other | 1,472 | 15.03 |',
      '| third |  | failed |',
    ]);
  });
});

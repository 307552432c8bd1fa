import { describe, expect, it } from 'vitest';

import { formatValue, renderJson, renderList, renderTable } from '../src/harness/report.ts';
import type { CaseResult } from '../src/harness/run-case.ts';

const result: CaseResult = {
  bench: 'memcache',
  case: 'get 100 B',
  subject: '@lockstep/memcache',
  peer: 'memjs',
  unit: 'ops/s',
  subjectValue: 400_000,
  peerValue: 100_000,
  ratio: 4,
  low: 3.5,
  high: 4.25,
};

describe('renderTable', () => {
  it('is a Markdown table with a row for each result', () => {
    expect(renderTable([result]).split('\n')).toEqual([
      '| bench | case | subject | peer | unit | Lockstep | peer value | ratio | low to high |',
      '| --- | --- | --- | --- | --- | ---: | ---: | ---: | ---: |',
      '| memcache | get 100 B | @lockstep/memcache | memjs | ops/s | 400,000 | 100,000 | 4.00 × | 3.50 to 4.25 |',
    ]);
  });
});

describe('renderJson', () => {
  it('is an array of results with exactly these fields', () => {
    const [parsed] = JSON.parse(renderJson([result])) as object[];
    expect(parsed).toEqual(result);
    expect(Object.keys(parsed ?? {})).toEqual([
      'bench',
      'case',
      'subject',
      'peer',
      'unit',
      'subjectValue',
      'peerValue',
      'ratio',
      'low',
      'high',
    ]);
  });
});

describe('renderList', () => {
  it('names every bench once, with its cases', () => {
    const peers = [{ name: 'memjs' }, { name: 'memcached' }];
    const cases = [
      { bench: 'a', case: 'one', unit: 'ops/s', peers },
      { bench: 'b', case: 'two', unit: 'ms', peers },
      { bench: 'a', case: 'three', unit: 'ops/s', peers },
    ];
    expect(renderList(cases)).toBe(
      [
        'a',
        '  one (ops/s) against memjs, memcached',
        '  three (ops/s) against memjs, memcached',
        'b',
        '  two (ms) against memjs, memcached',
      ].join('\n'),
    );
  });
});

describe('formatValue', () => {
  it.each([
    [194_808.4, '194,808'],
    [20.66, '20.7'],
    [0.01234, '0.0123'],
    [999.4, '999'],
  ])('shows %d as %s', (value, shown) => {
    expect(formatValue(value)).toBe(shown);
  });
});

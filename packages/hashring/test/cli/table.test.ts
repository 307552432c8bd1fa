import { describe, expect, it } from 'vitest';

import { percent, signedPercent } from '../../src/cli/percent.ts';
import { renderTable } from '../../src/cli/table.ts';

describe('renderTable', () => {
  it('aligns columns, two blanks apart, without blanks at the end of a line', () => {
    const rows = [
      ['node', 'share', ''],
      ['é😀', '12.50 %', 'new'],
      ['cache', '1 %', ''],
    ];
    expect(renderTable(rows, ['left', 'right'])).toBe(
      ['node     share', 'é😀     12.50 %  new', 'cache      1 %', ''].join('\n'),
    );
  });

  it('prints nothing for no rows', () => {
    expect(renderTable([])).toBe('');
  });
});

describe('percent', () => {
  it.each([
    [0, '0.00 %'],
    [1, '100.00 %'],
    [0.123456, '12.35 %'],
    [0.0001, '0.01 %'],
    [0.00002, '0.0020 %'],
    [2 ** -32, '0.000000023 %'],
    [-0.5, '-50.00 %'],
  ])('writes %d as %s', (share, text) => {
    expect(percent(share)).toBe(text);
  });

  it('writes a gain with its sign', () => {
    expect([0.1, -0.1, 0].map(signedPercent)).toEqual(['+10.00 %', '-10.00 %', '0.00 %']);
  });
});

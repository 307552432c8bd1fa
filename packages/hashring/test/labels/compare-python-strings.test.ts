import { describe, expect, it } from 'vitest';

import { comparePythonStrings } from '../../src/labels/compare-python-strings.ts';

describe('comparePythonStrings', () => {
  it('orders by code points, where JavaScript orders by UTF-16 units', () => {
    expect(['😀', '\uffee', 'é', 'a:10', 'a:9', 'a'].sort(comparePythonStrings)).toEqual([
      'a',
      'a:10',
      'a:9',
      'é',
      '\uffee',
      '😀',
    ]);
    expect(['\uffee', '😀'].sort()).toEqual(['😀', '\uffee']);
  });
});

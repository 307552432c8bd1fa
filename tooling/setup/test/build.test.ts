import { describe, expect, it } from 'vitest';

import { buildErrors, countBuilt } from '../build.mjs';

const summary = ' Tasks:    12 successful, 12 total\nCached:    9 cached, 12 total\n  Time:    1.2s\n';

describe('countBuilt', () => {
  it('counts the packages that did not come from the cache', () => {
    expect(countBuilt(summary)).toBe(3);
  });

  it('counts nothing in an output without a summary', () => {
    expect(countBuilt('')).toBe(0);
  });
});

describe('buildErrors', () => {
  it('keeps what the compiler said and drops the frame', () => {
    const output = [
      '   • Packages in scope: a',
      'a:build: cache miss, executing 18dc03eb40261adc',
      'a:build: $ tsc -b',
      "a:build: src/x.ts(1,1): error TS2305: no 'Y'.",
      summary,
    ].join('\n');
    expect(buildErrors(output)).toBe("a:build: src/x.ts(1,1): error TS2305: no 'Y'.");
  });

  it('keeps everything when turbo itself failed', () => {
    expect(buildErrors('could not find turbo.json')).toBe('could not find turbo.json');
  });
});

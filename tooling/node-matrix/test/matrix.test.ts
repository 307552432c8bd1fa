import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { describe, expect, it } from 'vitest';

import { describeFault, findFault, listFailedFiles, readCounts } from '../outcome.mjs';
import { listNodes } from '../versions.mjs';

describe('listNodes', () => {
  it('lists every major, with a binary only where one is installed', () => {
    const folder = mkdtempSync(join(tmpdir(), 'lockstep-matrix-test-'));
    try {
      mkdirSync(join(folder, 'node24/bin'), { recursive: true });
      writeFileSync(join(folder, 'node24/bin/node'), '');
      expect(listNodes(folder)).toEqual([
        { major: 22, binary: undefined },
        { major: 24, binary: join(folder, 'node24/bin/node') },
        { major: 26, binary: undefined },
      ]);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});

describe('readCounts', () => {
  it('takes the last line of its shape, and no line that only contains it', () => {
    const output =
      'said "9 passed, 9 failed, 9 skipped"\n1 passed, 2 failed, 3 skipped\n4 passed, 5 failed, 6 skipped\n';
    expect(readCounts(output)).toEqual({ passed: 4, failed: 5, skipped: 6 });
  });

  it('finds nothing in a run that never got to its end', () => {
    expect(readCounts('Segmentation fault\n')).toBeUndefined();
  });
});

describe('findFault', () => {
  it.each([
    [0, '3 passed, 0 failed, 1 skipped\n', undefined],
    [1, '3 passed, 2 failed, 0 skipped\n', '2 failed'],
    [1, '3 passed, 0 failed, 0 skipped\n', 'vitest ended with code 1'],
    [0, '0 passed, 0 failed, 0 skipped\n', 'no test ran'],
    [139, '', 'the run ended without a count'],
  ])('says of code %i and "%s": %s', (code, output, fault) => {
    expect(findFault({ code, output })).toBe(fault);
  });
});

describe('listFailedFiles', () => {
  it('lists each file once', () => {
    const output = 'FAIL  a/b.test.ts > c: why\nFAIL  a/b.test.ts: why\nFAIL  d.test.ts > e: why\n';
    expect(listFailedFiles(output)).toEqual(['a/b.test.ts', 'd.test.ts']);
  });

  it('lists none where something failed outside of them', () => {
    expect(listFailedFiles('FAIL  a.test.ts > c: why\nFAIL  outside of any test: why\n')).toEqual([]);
    expect(listFailedFiles('Segmentation fault\n')).toEqual([]);
  });
});

describe('describeFault', () => {
  it('names each test that failed, then what is told of them, and nothing of those that passed', () => {
    const output = [' ✓ good', ' Failed Tests 1 ', ' FAIL  a > b', 'FAIL  a > b: why', '1 passed, 1 failed, 0 skipped'];
    expect(describeFault('once', 'Node 22', '1 failed', output.join('\n'))).toBe(
      'once  Node 22: a > b: why\n Failed Tests 1 \n FAIL  a > b\n1 passed, 1 failed, 0 skipped',
    );
  });

  it('has all of a run that names no failure', () => {
    expect(describeFault('FAIL', 'Node 22', 'the run ended without a count', 'Segmentation fault\n')).toBe(
      'FAIL  Node 22: the run ended without a count\nSegmentation fault',
    );
  });
});

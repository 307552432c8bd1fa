import { fileURLToPath } from 'node:url';

import { describe, expect, it } from 'vitest';

import { openContestantProcess } from '../src/harness/contestant-process.ts';
import { benchCases } from '../src/registry.ts';

const worker = fileURLToPath(new URL('../dist/worker.js', import.meta.url));
const [benchCase] = benchCases;
if (benchCase === undefined) throw new Error('a case was expected');

describe('openContestantProcess', () => {
  it('hands on why a contestant could not open', async () => {
    const opening = openContestantProcess(benchCase, benchCase.subject, {}, worker);
    await expect(opening).rejects.toThrow('the surroundings did not set host');
  });

  it('rejects when the process ends before it is ready', async () => {
    const nobody = { ...benchCase.subject, name: 'nobody' };
    await expect(openContestantProcess(benchCase, nobody, {}, worker)).rejects.toThrow('the process ended with code 1');
  });
});

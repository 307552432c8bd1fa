import { describe, expect, it } from 'vitest';

import type { BenchCase, Contestant } from '../src/harness/bench-case.ts';
import { type OpenContestant, runCase } from '../src/harness/run-case.ts';

const contestant = (name: string): Contestant => ({
  name,
  open: () => Promise.reject(new Error('opened by the test')),
});

const benchCase: BenchCase = {
  bench: 'b',
  case: 'c',
  unit: 'ops/s',
  higherIsBetter: true,
  prepare: () => Promise.reject(new Error('nothing to prepare')),
  subject: contestant('S'),
  peers: [contestant('P'), contestant('Q')],
};

const values: Readonly<Record<string, number>> = { S: 30, P: 10, Q: 60 };
const effort = { warmUpMs: 7, rounds: 2, durationMs: 5 };

/** Opens contestants that measure a fixed value and writes down what is done with them. */
function recorded(log: string[], failing?: string): (contestant: Contestant) => Promise<OpenContestant> {
  return async ({ name }) => ({
    async run(durationMs) {
      log.push(`${name}${durationMs}`);
      if (name === failing) throw new Error('broken');
      return values[name]!;
    },
    async [Symbol.asyncDispose]() {
      log.push(`close ${name}`);
    },
  });
}

describe('runCase', () => {
  it('warms everybody up and then interleaves them, every other round backwards', async () => {
    const log: string[] = [];
    await runCase(benchCase, effort, recorded(log));
    expect(log.join(' ')).toBe('S7 P7 Q7 S5 P5 Q5 Q5 P5 S5 close S close P close Q');
  });

  it('warms everybody up as often as the case wants', async () => {
    const log: string[] = [];
    await runCase({ ...benchCase, warmUpRuns: 3 }, { ...effort, rounds: 1 }, recorded(log));
    expect(log.join(' ')).toBe('S7 S7 S7 P7 P7 P7 Q7 Q7 Q7 S5 P5 Q5 close S close P close Q');
  });

  it('answers with one result for each peer', async () => {
    const results = await runCase(benchCase, effort, recorded([]));
    expect(results).toEqual([
      {
        bench: 'b',
        case: 'c',
        unit: 'ops/s',
        subject: 'S',
        peer: 'P',
        subjectValue: 30,
        peerValue: 10,
        ratio: 3,
        low: 3,
        high: 3,
      },
      {
        bench: 'b',
        case: 'c',
        unit: 'ops/s',
        subject: 'S',
        peer: 'Q',
        subjectValue: 30,
        peerValue: 60,
        ratio: 0.5,
        low: 0.5,
        high: 0.5,
      },
    ]);
  });

  it('closes everybody when one of them fails', async () => {
    const log: string[] = [];
    await expect(runCase(benchCase, effort, recorded(log, 'P'))).rejects.toThrow('broken');
    expect(log.filter((line) => line.startsWith('close'))).toEqual(['close S', 'close P', 'close Q']);
  });
});

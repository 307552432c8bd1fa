import { describe, expect, it } from 'vitest';

import { hashringCases } from '../src/hashring/hashring-bench.ts';

describe('the bench of hashring', () => {
  it.each(hashringCases.map((one) => [one.case, one] as const))(
    'has only contestants that answer: %s',
    async (_name, one) => {
      for (const contestant of [one.subject, ...one.peers]) {
        const runner = await contestant.open({});
        expect(await runner.run(1)).toBeGreaterThan(0);
        await runner[Symbol.asyncDispose]();
      }
    },
  );
});
